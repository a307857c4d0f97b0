// The caches of free blocks, one for each processor, and the critical sections in which the thread
// that runs on a processor uses its cache without a lock: restartable sequences (rseq(2)). The
// kernel restarts such a section when it was preempted, moved or interrupted by a signal, so that
// its last store happens on the processor that was read at its start, or not at all.
//
// head: the first bytes of a pool's control block, which every section reads
//
//   0   limit    32 bits: processors 0..<limit have a cache; 0: sealed, or a forked child
//   8   area     where the thread's rseq area lies from its thread pointer; 0: without sections
//   16  caches   the first processor's cache; each has 16 KiB
//   24  number   as area, for reading the processor's number where sections are not used
//
// cache: one for each processor, 16 KiB (ProcessorCache.swift)
//
//   0     token    used where there are no restartable sequences: see ProcessorCache.swift
//   8     rooms    one byte for each order: how many blocks the stack may hold; 0: not in use
//   24    words    one of 64 bits for each order: bits 0-7 blocks in the stack, above: blocks taken
//                  from it so far
//   256   stacks   128 entries of 64 bits for each order: the block's address; bit 0: known
//                  zero, bit 1: the dirty bitmap tells which pages are
//
// A section is written in one piece of assembly: the compiler must not move anything into it. It
// fails, with nothing changed, when the stack is empty or full, the pool is sealed, or the thread
// has no rseq area; the caller then takes the slow path.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Whether restartable sequences can be used in this process, and if not, why.
enum {
  PAGE_MEMORY_SEQUENCES_USABLE,
  /// Not written for this architecture.
  PAGE_MEMORY_SEQUENCES_ARCHITECTURE,
  /// The C library has not registered them: too old, switched off, or not a real kernel (valgrind).
  PAGE_MEMORY_SEQUENCES_NOT_REGISTERED,
  /// A sanitizer runs, which does not see into them.
  PAGE_MEMORY_SEQUENCES_SANITIZER,
  /// The kernel refuses membarrier(2) for them.
  PAGE_MEMORY_SEQUENCES_NO_BARRIER,
};

/// Whether restartable sequences can be used. Registers the process for the barrier.
int page_memory_sequences_state(void);

/// Where the rseq area of each thread lies from its thread pointer; 0 if the C library has not
/// registered one, or the architecture's is not known here.
uintptr_t page_memory_sequences_area(void);

/// Returns when every section that ran at the time of the call has ended or will be restarted.
/// Traps if the kernel refuses, which it has promised not to.
void page_memory_sequences_barrier(void);

/// The number of the processor that the calling thread ran on a moment ago. `area` is what
/// page_memory_sequences_area said; without one, this costs a call.
static inline uint32_t page_memory_current_processor(uintptr_t area) {
#if defined(__linux__) && defined(__x86_64__)
  if (area != 0) {
    uint32_t number;
    __asm__ volatile("movl %%fs:4(%1), %0" : "=r"(number) : "r"(area));
    return number;
  }
#endif
  return page_memory_processor_number();
}

#if defined(__linux__) && defined(__x86_64__)

// The descriptor of the section from 1 to 2, the place that the kernel continues at after an
// interruption (behind the signature that it wants to see there), and the entry of the section.
// "?" keeps both in the section group of the function, so that they go where it goes.
#define PAGE_MEMORY_SEQUENCE_BEGIN                                                                 \
  ".pushsection __rseq_cs, \"aw?\"\n"                                                              \
  ".balign 32\n"                                                                                   \
  "3: .long 0, 0\n"                                                                                \
  ".quad 1f, 2f - 1f, 4f\n"                                                                        \
  ".popsection\n"                                                                                  \
  ".pushsection __rseq_failure, \"ax?\"\n"                                                         \
  ".byte 0x0f, 0xb9, 0x3d\n"                                                                       \
  ".long 0x53053053\n"                                                                             \
  "4: jmp 5f\n"                                                                                    \
  ".popsection\n"                                                                                  \
  "5:\n"                                                                                           \
  "leaq 3b(%%rip), %[cache]\n"                                                                     \
  "movq %[cache], %%fs:8(%[area])\n"                                                               \
  "1:\n"                                                                                           \
  "movl %%fs:4(%[area]), %k[cache]\n"                                                              \
  "cmpl (%[head]), %k[cache]\n"                                                                    \
  "jae 6f\n"                                                                                       \
  "shlq $14, %[cache]\n"                                                                           \
  "addq 16(%[head]), %[cache]\n"                                                                   \
  "movq 24(%[cache],%[order],8), %[word]\n"                                                        \
  "movzbl %b[word], %k[count]\n"

// How many blocks there is room for, at most as many as are offered (`put`, `left`); where they go
// (`count`) and where they come from (`source`); the word as it will be.
#define PAGE_MEMORY_SEQUENCE_ROOM                                                                  \
  "movzbl 8(%[cache],%[order]), %k[put]\n"                                                         \
  "subq %[count], %[put]\n"                                                                        \
  "jbe 6f\n"                                                                                       \
  "cmpq %[offered], %[put]\n"                                                                      \
  "cmovaq %[offered], %[put]\n"                                                                    \
  "addq %[stack], %[count]\n"                                                                      \
  "leaq 256(%[cache],%[count],8), %[count]\n"                                                      \
  "addq %[put], %[word]\n"                                                                         \
  "movq %[entries], %[source]\n"                                                                   \
  "movq %[put], %[left]\n"

/// Takes the block on top of the calling processor's stack of `order`.
/// Returns the entry, or 0 if nothing could be taken.
__attribute__((always_inline)) static inline uintptr_t page_memory_cache_take(
    const void *head, uintptr_t area, uintptr_t order) {
  uintptr_t cache, word, count, entry = 0;
  __asm__ volatile(
      PAGE_MEMORY_SEQUENCE_BEGIN
      "testl %k[count], %k[count]\n"
      "jz 6f\n"
      "addq %[stack], %[count]\n"
      "addq $255, %[word]\n"  // one more taken, one less in the stack
      "movq 248(%[cache],%[count],8), %[count]\n"
      "movq %[word], 24(%[cache],%[order],8)\n"
      "2:\n"
      "movq %[count], %[entry]\n"
      "6:\n"
      : [cache] "=&r"(cache), [word] "=&q"(word), [count] "=&r"(count), [entry] "+&r"(entry)
      : [head] "r"(head), [area] "r"(area), [order] "r"(order), [stack] "r"(order << 7)
      : "memory", "cc");
  return entry;
}

/// Puts a block on the calling processor's stack of `order`. Returns whether it could be put there.
__attribute__((always_inline)) static inline int page_memory_cache_put(
    const void *head, uintptr_t area, uintptr_t order, uintptr_t entry) {
  uintptr_t cache, word, count;
  int done = 0;
  __asm__ volatile(
      PAGE_MEMORY_SEQUENCE_BEGIN
      "cmpb 8(%[cache],%[order]), %b[count]\n"
      "jae 6f\n"
      "addq %[stack], %[count]\n"
      "movq %[entry], 256(%[cache],%[count],8)\n"
      "incq %[word]\n"
      "movq %[word], 24(%[cache],%[order],8)\n"
      "2:\n"
      "movl $1, %[done]\n"
      "6:\n"
      : [cache] "=&r"(cache), [word] "=&q"(word), [count] "=&q"(count), [done] "+&r"(done)
      : [head] "r"(head), [area] "r"(area), [order] "r"(order), [stack] "r"(order << 7),
        [entry] "r"(entry)
      : "memory", "cc");
  return done;
}

/// Takes `wanted` blocks, in 1...128, from the calling processor's stack of `order`, top first, and
/// writes them to `entries`; or none, if there are fewer. Returns whether it did.
__attribute__((always_inline)) static inline int page_memory_cache_take_many(
    const void *head, uintptr_t area, uintptr_t order, uintptr_t *entries, uintptr_t wanted) {
  uintptr_t cache, word, count, left, target, entry;
  uintptr_t stack = order << 7;
  int done = 0;
  __asm__ volatile(
      PAGE_MEMORY_SEQUENCE_BEGIN
      "movq %[wanted], %[left]\n"
      "cmpq %[left], %[count]\n"
      "jb 6f\n"
      "addq %[stack], %[count]\n"
      "leaq 248(%[cache],%[count],8), %[count]\n"  // the entry on top
      "movq %[entries], %[target]\n"
      "imulq $255, %[left], %[entry]\n"  // so many more taken, so many less in the stack
      "addq %[entry], %[word]\n"
      "7:\n"
      "movq (%[count]), %[entry]\n"
      "subq $8, %[count]\n"
      "movq %[entry], (%[target])\n"
      "addq $8, %[target]\n"
      "decq %[left]\n"
      "jnz 7b\n"
      "movq %[word], 24(%[cache],%[order],8)\n"
      "2:\n"
      "movl $1, %[done]\n"
      "6:\n"
      : [cache] "=&r"(cache), [word] "=&q"(word), [count] "=&r"(count), [left] "=&r"(left),
        [target] "=&r"(target), [entry] "=&r"(entry), [done] "+&r"(done)
      : [head] "r"(head), [area] "r"(area), [order] "r"(order), [stack] "m"(stack),
        [entries] "m"(entries), [wanted] "m"(wanted)
      : "memory", "cc");
  return done;
}

/// Puts up to `offered` blocks, at least 1, on the calling processor's stack of `order`, `entries[0]`
/// first. Returns how many there was room for.
__attribute__((always_inline)) static inline uintptr_t page_memory_cache_put_many(
    const void *head, uintptr_t area, uintptr_t order, const uintptr_t *entries,
    uintptr_t offered) {
  uintptr_t cache, word, count, put, source, entry, left, result = 0;
  uintptr_t stack = order << 7;
  __asm__ volatile(
      PAGE_MEMORY_SEQUENCE_BEGIN
      PAGE_MEMORY_SEQUENCE_ROOM
      "7:\n"
      "movq (%[source]), %[entry]\n"
      "addq $8, %[source]\n"
      "movq %[entry], (%[count])\n"
      "addq $8, %[count]\n"
      "decq %[left]\n"
      "jnz 7b\n"
      "movq %[word], 24(%[cache],%[order],8)\n"
      "2:\n"
      "movq %[put], %[result]\n"
      "6:\n"
      : [cache] "=&r"(cache), [word] "=&q"(word), [count] "=&q"(count), [put] "=&r"(put),
        [source] "=&r"(source), [entry] "=&r"(entry), [left] "=&r"(left), [result] "+&r"(result)
      : [head] "r"(head), [area] "r"(area), [order] "r"(order), [stack] "m"(stack),
        [entries] "m"(entries), [offered] "m"(offered)
      : "memory", "cc");
  return result;
}

/// Takes `wanted` single pages, in 1...128, from the calling processor's stack of order 0, or none if
/// there are fewer. Each becomes a record of three words at `records`: the head, the page's address
/// without its low bits, and 1. Returns the bits of all entries or'ed together; 0 if none was taken.
__attribute__((always_inline)) static inline uintptr_t page_memory_cache_take_records(
    const void *head, uintptr_t area, void *records, uintptr_t wanted) {
  uintptr_t cache, word, count, left, target, entry, bits, result = 0;
  uintptr_t order = 0;
  __asm__ volatile(
      PAGE_MEMORY_SEQUENCE_BEGIN
      "movq %[wanted], %[left]\n"
      "cmpq %[left], %[count]\n"
      "jb 6f\n"
      "leaq 248(%[cache],%[count],8), %[count]\n"  // the entry on top
      "movq %[records], %[target]\n"
      "imulq $255, %[left], %[entry]\n"  // so many more taken, so many less in the stack
      "addq %[entry], %[word]\n"
      "xorl %k[bits], %k[bits]\n"
      "7:\n"
      "movq (%[count]), %[entry]\n"
      "orq %[entry], %[bits]\n"
      "andq $-4, %[entry]\n"
      "movq %[head], (%[target])\n"
      "movq %[entry], 8(%[target])\n"
      "movq $1, 16(%[target])\n"
      "subq $8, %[count]\n"
      "addq $24, %[target]\n"
      "decq %[left]\n"
      "jnz 7b\n"
      "movq %[word], 24(%[cache],%[order],8)\n"
      "2:\n"
      "movq %[bits], %[result]\n"
      "6:\n"
      : [cache] "=&r"(cache), [word] "=&q"(word), [count] "=&r"(count), [left] "=&r"(left),
        [target] "=&r"(target), [entry] "=&r"(entry), [bits] "=&r"(bits), [result] "+&r"(result)
      : [head] "r"(head), [area] "r"(area), [order] "r"(order), [records] "m"(records),
        [wanted] "m"(wanted)
      : "memory", "cc");
  return result;
}

/// Puts the pages of up to `offered` such records, at least 1, on the calling processor's stack of
/// order 0, as far as there is room and if all of these are single pages of this pool. Returns how
/// many; the records are read only.
__attribute__((always_inline)) static inline uintptr_t page_memory_cache_put_records(
    const void *head, uintptr_t area, const void *records, uintptr_t offered) {
  uintptr_t cache, word, count, put, source, entry, left, result = 0;
  uintptr_t order = 0, stack = 0;
  const void *entries = records;
  __asm__ volatile(
      PAGE_MEMORY_SEQUENCE_BEGIN
      PAGE_MEMORY_SEQUENCE_ROOM
      "7:\n"
      "movq 8(%[source]), %[entry]\n"
      "cmpq %[head], (%[source])\n"
      "jne 6f\n"
      "cmpq $1, 16(%[source])\n"
      "jne 6f\n"
      "addq $24, %[source]\n"
      "movq %[entry], (%[count])\n"
      "addq $8, %[count]\n"
      "decq %[left]\n"
      "jnz 7b\n"
      "movq %[word], 24(%[cache],%[order],8)\n"
      "2:\n"
      "movq %[put], %[result]\n"
      "6:\n"
      : [cache] "=&r"(cache), [word] "=&q"(word), [count] "=&q"(count), [put] "=&r"(put),
        [source] "=&r"(source), [entry] "=&r"(entry), [left] "=&r"(left), [result] "+&r"(result)
      : [head] "r"(head), [area] "r"(area), [order] "r"(order), [stack] "m"(stack),
        [entries] "m"(entries), [offered] "m"(offered)
      : "memory", "cc");
  return result;
}

#undef PAGE_MEMORY_SEQUENCE_BEGIN
#undef PAGE_MEMORY_SEQUENCE_ROOM

#else  // No sections for this machine: every call fails, and nobody makes one.

static inline uintptr_t page_memory_cache_take(
    const void *head, uintptr_t area, uintptr_t order) {
  return 0;
}
static inline int page_memory_cache_put(
    const void *head, uintptr_t area, uintptr_t order, uintptr_t entry) {
  return 0;
}
static inline int page_memory_cache_take_many(
    const void *head, uintptr_t area, uintptr_t order, uintptr_t *entries, uintptr_t wanted) {
  return 0;
}
static inline uintptr_t page_memory_cache_put_many(
    const void *head, uintptr_t area, uintptr_t order, const uintptr_t *entries,
    uintptr_t offered) {
  return 0;
}
static inline uintptr_t page_memory_cache_take_records(
    const void *head, uintptr_t area, void *records, uintptr_t wanted) {
  return 0;
}
static inline uintptr_t page_memory_cache_put_records(
    const void *head, uintptr_t area, const void *records, uintptr_t offered) {
  return 0;
}

#endif
