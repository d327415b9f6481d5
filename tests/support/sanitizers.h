/* sanitizers.h - with which of the compiler's sanitizers a test was built. */
#ifndef TEST_SANITIZERS_H
#define TEST_SANITIZERS_H

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ADDRESS_SANITIZER
#endif
#endif

#if defined(WITH_ADDRESS_SANITIZER) || defined(__SANITIZE_THREAD__)
#define WITH_SANITIZER                      /* one that brings its own malloc */
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WITH_SANITIZER
#endif
#endif

#endif
