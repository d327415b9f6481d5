/* owner.h - whose memory it is, and how it is aligned: what memory.c and quarantine.c both know. */
#ifndef GRADUS_OWNER_H
#define GRADUS_OWNER_H

typedef enum gi_owner {
    GI_SCOPES, GI_PROGRAM, GI_MODELS, GI_OPTIMIZERS, GI_DATA, GI_PLOTS, GI_OWNERS
} gi_owner;

#define GI_ALIGN 16u                        /* of each block in an arena */

#endif
