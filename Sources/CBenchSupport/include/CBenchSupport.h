// What a benchmark needs and Swift lacks: threads bound to processors, a cheap clock, barriers that
// only the compiler sees, and functions that do nothing.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Writes the numbers of the processors that the calling thread may run on, ascending, at most
/// `capacity` of them. Returns how many there are, or a negated error number.
int bench_allowed_processors(int *numbers, int capacity);

/// Lets the calling thread run on these processors only. Returns 0 or an error number.
int bench_bind_thread(const int *processors, int count);

/// The time since some moment, in nanoseconds: CLOCK_MONOTONIC.
uint64_t bench_nanoseconds(void);

/// A counter that runs at a constant rate, read in few instructions and not in order with others.
static inline uint64_t bench_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return bench_nanoseconds();
#endif
}

/// Makes the compiler believe that the value is used, and that memory has changed.
static inline void bench_use(uintptr_t value) { __asm__ volatile("" : : "r"(value) : "memory"); }

/// Tells the processor that the thread waits for another one.
static inline void bench_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Allocates at an alignment, a number of bytes.
typedef void *(*bench_allocate_function)(size_t alignment, size_t byte_count);

/// Gives back what was allocated.
typedef void (*bench_free_function)(void *address);

/// A function that does nothing and returns always the same address.
bench_allocate_function bench_allocating_nothing(void);

/// A function that does nothing.
bench_free_function bench_freeing_nothing(void);

/// A capture of Ethernet frames, as tcpdump writes it: what Scripts/record-capture recorded.
const uint8_t *bench_capture(size_t *byte_count);

/// A frame, from its Ethernet header on.
struct bench_frame {
  const uint8_t *bytes;
  size_t byte_count;
};

/// What is found in frames, added up, so that no field may be left unread.
struct bench_frame_totals {
  /// The whole UDP datagrams over IPv4.
  uint64_t datagrams;
  uint64_t payload_bytes;
  /// Their addresses and ports, mixed.
  uint64_t fields;
};

/// Parses the Ethernet, IPv4 and UDP headers of each frame, and leaves out what is something else.
struct bench_frame_totals bench_parse_frames(const struct bench_frame *frames, size_t count);

/// The same, and checks the checksums of the IPv4 headers.
struct bench_frame_totals bench_parse_and_verify_frames(
    const struct bench_frame *frames, size_t count);
