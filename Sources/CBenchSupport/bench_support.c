#define _GNU_SOURCE
#include "CBenchSupport.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

// More processors than Linux can be built for today.
enum { PROCESSOR_LIMIT = 16384 };

int bench_allowed_processors(int *numbers, int capacity) {
  const size_t byte_count = CPU_ALLOC_SIZE(PROCESSOR_LIMIT);
  cpu_set_t *set = CPU_ALLOC(PROCESSOR_LIMIT);
  if (set == NULL) return -ENOMEM;
  CPU_ZERO_S(byte_count, set);
  int count = 0;
  if (sched_getaffinity(0, byte_count, set) != 0) {
    count = -errno;
  } else {
    for (int processor = 0; processor < PROCESSOR_LIMIT; processor++) {
      if (!CPU_ISSET_S(processor, byte_count, set)) continue;
      if (count < capacity) numbers[count] = processor;
      count++;
    }
  }
  CPU_FREE(set);
  return count;
}

int bench_bind_thread(const int *processors, int count) {
  const size_t byte_count = CPU_ALLOC_SIZE(PROCESSOR_LIMIT);
  cpu_set_t *set = CPU_ALLOC(PROCESSOR_LIMIT);
  if (set == NULL) return ENOMEM;
  CPU_ZERO_S(byte_count, set);
  for (int index = 0; index < count; index++) CPU_SET_S(processors[index], byte_count, set);
  int error = sched_setaffinity(0, byte_count, set) == 0 ? 0 : errno;
  CPU_FREE(set);
  return error;
}

uint64_t bench_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Handed out as pointers by functions in another file than their callers, so that no compiler can
// see what is called: the peers are called in the same way.
static void *allocate_nothing(size_t alignment, size_t byte_count) {
  static char place;
  (void)alignment;
  (void)byte_count;
  return &place;
}

static void free_nothing(void *address) { (void)address; }

bench_allocate_function bench_allocating_nothing(void) { return allocate_nothing; }

bench_free_function bench_freeing_nothing(void) { return free_nothing; }
