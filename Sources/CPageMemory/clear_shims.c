// Clearing pages by the widest stores that pay. glibc's memset uses `rep stosb` from 2 KiB on, which
// takes longer to begin than 4 KiB of ordinary 32-byte stores take altogether. From 16 KiB on it is as
// good or better, unless the memory is in the nearest caches. Stores of 64 bytes gain nothing, and those
// past the caches lose more when the page is used than they gain (docs/Performance.md).
#include "CPageMemory.h"

#if defined(__linux__) && defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static void clear_with_wide_stores(char *start, size_t count) {
  const __m256i zero = _mm256_setzero_si256();
  for (char *end = start + count; start < end; start += 128) {
    _mm256_store_si256((__m256i *)start, zero);
    _mm256_store_si256((__m256i *)(start + 32), zero);
    _mm256_store_si256((__m256i *)(start + 64), zero);
    _mm256_store_si256((__m256i *)(start + 96), zero);
    // Keeps the compiler from recognising a memset.
    __asm__ volatile("" ::: "memory");
  }
}

int page_memory_clear_small(void *start, size_t count) {
  if (!__builtin_cpu_supports("avx2")) return 0;
  clear_with_wide_stores(start, count);
  return 1;
}
#endif
