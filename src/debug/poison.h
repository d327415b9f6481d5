/* poison.h - memory that must not be accessed: filled with 0xdd in debug builds (-DGD_DEBUG), and poisoned for
 * AddressSanitizer where that is compiled in. */
#ifndef GRADUS_POISON_H
#define GRADUS_POISON_H

#include <stddef.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define GI_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GI_ASAN 1
#endif
#endif

#ifdef GI_ASAN
void __asan_poison_memory_region(void const volatile *address, size_t size);
void __asan_unpoison_memory_region(void const volatile *address, size_t size);
#endif

#define GI_POISON_BYTE 0xdd

static inline void gi_unpoison(void *p, size_t bytes)
{
#ifdef GI_ASAN
    __asan_unpoison_memory_region(p, bytes);
#endif
    (void)p, (void)bytes;
}

/* gi_forbid - poisons memory for AddressSanitizer only.  gi_poison - also fills it. */
static inline void gi_forbid(void *p, size_t bytes)
{
#ifdef GI_ASAN
    __asan_poison_memory_region(p, bytes);
#endif
    (void)p, (void)bytes;
}

static inline void gi_poison(void *p, size_t bytes)
{
#ifdef GD_DEBUG
    gi_unpoison(p, bytes);
    memset(p, GI_POISON_BYTE, bytes);
#endif
    gi_forbid(p, bytes);
}

#endif
