/* poison.h - memory that nobody may touch: filled with 0xdd in debug builds (-DGD_DEBUG), and reported to
 * AddressSanitizer where that is compiled in. */
#ifndef GRADUS_POISON_H
#define GRADUS_POISON_H

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define GD_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GD_ASAN 1
#endif
#endif

#ifdef GD_ASAN
void __asan_poison_memory_region(void const volatile *address, size_t size);
void __asan_unpoison_memory_region(void const volatile *address, size_t size);
#endif

#define GD_POISON_BYTE 0xdd

static inline void gd_unpoison(void *p, size_t bytes)
{
#ifdef GD_ASAN
    __asan_unpoison_memory_region(p, bytes);
#endif
    (void)p, (void)bytes;
}

/* gd_forbid - for AddressSanitizer alone; gd_poison - filled, too. */
static inline void gd_forbid(void *p, size_t bytes)
{
#ifdef GD_ASAN
    __asan_poison_memory_region(p, bytes);
#endif
    (void)p, (void)bytes;
}

static inline void gd_poison(void *p, size_t bytes)
{
#ifdef GD_DEBUG
    gd_unpoison(p, bytes);
    memset(p, GD_POISON_BYTE, bytes);
#endif
    gd_forbid(p, bytes);
}

#endif
