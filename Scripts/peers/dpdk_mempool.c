// DPDK's rte_mempool for `iopages bench`: the calls that take and give an object are inline functions
// of DPDK's headers, so that the loops around them have to be compiled with these headers.
// Scripts/bench makes a shared library of this file and puts it beside the tool.
#include <rte_errno.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <stdlib.h>

enum { BURST_LIMIT = 512 };

static struct rte_mempool *pool;

// No other thread is running yet. Returns 0 or DPDK's error number.
int iopages_mempool_open(size_t objects, size_t object_bytes, size_t cache) {
  pool = rte_mempool_create(
      "iopages-bench", objects, object_bytes, cache, 0, NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
  return pool == NULL ? rte_errno : 0;
}

// Inlined like the header's own functions.
__attribute__((always_inline)) static inline void *take(void) {
  void *object;
  if (__builtin_expect(rte_mempool_get(pool, &object) != 0, 0)) {
    fputs("dpdk-mempool has no object left.\n", stderr);
    abort();
  }
  return object;
}

void *iopages_mempool_take(void) { return take(); }

void iopages_mempool_give(void *object) { rte_mempool_put(pool, object); }

void iopages_mempool_pairs(size_t count) {
  for (size_t index = 0; index < count; index++) rte_mempool_put(pool, take());
}

void iopages_mempool_bursts(size_t count, size_t size) {
  void *objects[BURST_LIMIT];
  if (size > BURST_LIMIT) abort();
  for (size_t index = 0; index < count; index++) {
    if (rte_mempool_get_bulk(pool, objects, size) != 0) abort();
    rte_mempool_put_bulk(pool, objects, size);
  }
}

void iopages_mempool_fill(void **slots, size_t count) {
  for (size_t index = 0; index < count; index++) slots[index] = take();
}

void iopages_mempool_drain(void **slots, size_t count) {
  for (size_t index = 0; index < count; index++) rte_mempool_put(pool, slots[index]);
}
