// What Swift cannot reach by itself: calls that the Glibc importer drops, and hooks of the
// sanitizers. This header names no operating-system header, so that the bare-metal builds of the
// core can import it too; _GNU_SOURCE belongs in the .c files.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A number that no other running thread has, never zero.
uintptr_t page_memory_thread_identifier(void);

/// The number of the processor that the calling thread ran on a moment ago.
unsigned page_memory_processor_number(void);

/// Tells the processor that this is a loop which waits for another one.
static inline void page_memory_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/// Lets others run, because the caller has looked `attempt` times for something that a thread which
/// was interrupted is to do: spins at first, then sleeps, longer and longer, up to 1 ms.
void page_memory_pause(unsigned attempt);

/// Sleeps while *word is `expected`. May return early.
void page_memory_futex_wait(const uint32_t *word, uint32_t expected);

/// Wakes up to `count` threads that sleep on `word`.
void page_memory_futex_wake(const uint32_t *word, int count);

/// Sets `count` bytes to `byte`.
static inline void page_memory_fill(void *start, int byte, size_t count) {
  __builtin_memset(start, byte, count);
}

/// Compares `count` bytes as memcmp does.
static inline int page_memory_compare(const void *left, const void *right, size_t count) {
  return __builtin_memcmp(left, right, count);
}

/// Clears a page or two by wide stores. Returns whether this processor has them.
int page_memory_clear_small(void *start, size_t count);

/// Clears whole pages.
static inline void page_memory_clear(void *start, size_t count) {
#if defined(__linux__) && defined(__x86_64__)
  if (count <= 8192 && page_memory_clear_small(start, count)) return;
#endif
  __builtin_memset(start, 0, count);
}

/// Clears whole pages by stores that no compiler takes away.
void page_memory_wipe(void *start, size_t count);

/// Fills whole pages with a word.
static inline void page_memory_fill_words(void *start, uint64_t word, size_t count) {
  for (size_t index = 0; index < count / 8; index++) ((uint64_t *)start)[index] = word;
}

/// The offset of the first byte of whole pages that is not the word's; `count` if there is none.
static inline size_t page_memory_find_change(const void *start, uint64_t word, size_t count) {
  const uint64_t *words = (const uint64_t *)start;
  for (size_t index = 0; index < count / 8; index++) {
    uint64_t difference = words[index] ^ word;
    if (difference) return index * 8 + (size_t)__builtin_ctzll(difference) / 8;
  }
  return count;
}

/// Milliseconds of a clock that never goes back.
uint64_t page_memory_milliseconds(void);

/// Whether the address sanitizer runs, so that the next two do something.
int page_memory_poisons(void);

/// Makes it an error that the address sanitizer reports to touch memory.
void page_memory_poison(const void *start, size_t count);

/// Takes that back.
void page_memory_unpoison(const void *start, size_t count);

/// Tells the thread sanitizer, where there is one, that the lock at `lock` is held now.
void page_memory_lock_acquired(const void *lock);

/// Tells the thread sanitizer, where there is one, that the lock at `lock` is about to be released.
void page_memory_lock_releasing(const void *lock);

#include "CPageMemoryCache.h"
#include "CPageMemoryFile.h"
#include "CPageMemoryRegion.h"
