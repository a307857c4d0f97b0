#define _GNU_SOURCE
#include "CPageMemoryRegion.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Newer than the headers of some supported libc, stable kernel interface.
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef MADV_GUARD_REMOVE
#define MADV_GUARD_REMOVE 103
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif
#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#endif

static int result(long value) { return value < 0 ? -errno : (int)value; }

// The kernel reads one bit less than the count it is given.
static unsigned long kernel_bits(const unsigned long *mask, unsigned long bits) {
  return mask == NULL ? 0 : bits + 1;
}

int page_memory_mbind(
    uintptr_t address, uintptr_t byte_count, int mode, const unsigned long *mask,
    unsigned long bits, int strict) {
  unsigned int flags = strict ? MPOL_MF_STRICT : 0;
  return result(
      syscall(SYS_mbind, address, byte_count, mode, mask, kernel_bits(mask, bits), flags));
}

int page_memory_set_home_node(uintptr_t address, uintptr_t byte_count, unsigned long node) {
  return result(syscall(SYS_set_mempolicy_home_node, address, byte_count, node, 0UL));
}

int page_memory_processor_node(void) {
  unsigned int processor, node;
  // The C library answers without a system call where it can.
  return getcpu(&processor, &node) != 0 ? -errno : (int)node;
}

int page_memory_policy_at(uintptr_t address, int *mode, unsigned long *mask, unsigned long bits) {
  return result(
      syscall(SYS_get_mempolicy, mode, mask, kernel_bits(mask, bits), address, MPOL_F_ADDR));
}

int page_memory_node_at(uintptr_t address) {
  int node = -1;
  long rc = syscall(SYS_get_mempolicy, &node, NULL, 0, address, MPOL_F_NODE | MPOL_F_ADDR);
  return rc < 0 ? -errno : node;
}

int page_memory_move_pages(
    unsigned long count, const uintptr_t *pages, const int *nodes, int *status) {
  return result(syscall(SYS_move_pages, 0, count, pages, nodes, status, MPOL_MF_MOVE));
}

int page_memory_move_mapping(uintptr_t address, uintptr_t byte_count, uintptr_t target) {
  void *moved = mremap(
      (void *)address, byte_count, byte_count, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)target);
  return moved == MAP_FAILED ? -errno : 0;
}

int page_memory_lock_on_fault(uintptr_t address, uintptr_t byte_count) {
  return result(syscall(SYS_mlock2, address, byte_count, MLOCK_ONFAULT));
}

int page_memory_create_memory_file(const char *name, int huge_page_shift) {
  unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  if (huge_page_shift != 0)
    flags |= MFD_HUGETLB | (unsigned int)huge_page_shift << MFD_HUGE_SHIFT;
  long rc = syscall(SYS_memfd_create, name, flags | MFD_NOEXEC_SEAL);
  // Before 6.3 the flag is unknown; a real EINVAL comes back from the second call too.
  if (rc < 0 && errno == EINVAL) rc = syscall(SYS_memfd_create, name, flags);
  return result(rc);
}

int page_memory_create_secret_file(void) {
  return result(syscall(SYS_memfd_secret, (unsigned int)O_CLOEXEC));
}

void page_memory_touch(uintptr_t address, uintptr_t byte_count) {
  // A write that changes nothing, also where another thread writes at the same time. Volatile, or the
  // compiler takes it away for just that.
  for (uintptr_t end = address + byte_count; address < end; address += 4096)
    __atomic_fetch_or((volatile unsigned char *)address, 0, __ATOMIC_RELAXED);
}

int page_memory_seal_size(int descriptor) {
  return result(fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
}

int page_memory_punch_hole(int descriptor, int64_t offset, int64_t byte_count) {
  return result(
      fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, byte_count));
}

int64_t page_memory_lock_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return -errno;
  return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

int page_memory_advise(uintptr_t address, uintptr_t byte_count, int advice) {
  static const int numbers[] = {
      [PAGE_MEMORY_POPULATE_WRITE] = MADV_POPULATE_WRITE,
      [PAGE_MEMORY_DISCARD] = MADV_DONTNEED,
      [PAGE_MEMORY_DISCARD_LOCKED] = MADV_DONTNEED_LOCKED,
      [PAGE_MEMORY_HUGE_PAGES] = MADV_HUGEPAGE,
      [PAGE_MEMORY_NO_HUGE_PAGES] = MADV_NOHUGEPAGE,
      [PAGE_MEMORY_NOT_IN_CORE_DUMPS] = MADV_DONTDUMP,
      [PAGE_MEMORY_NOT_IN_FORKS] = MADV_DONTFORK,
      [PAGE_MEMORY_WIPE_ON_FORK] = MADV_WIPEONFORK,
      [PAGE_MEMORY_INSTALL_GUARDS] = MADV_GUARD_INSTALL,
      [PAGE_MEMORY_REMOVE_GUARDS] = MADV_GUARD_REMOVE,
  };
  if (advice < 0 || (size_t)advice >= sizeof numbers / sizeof *numbers) return -EINVAL;
  return result(madvise((void *)address, byte_count, numbers[advice]));
}

// libnuma reports to stderr through these two, which it lets a program replace. A library must not
// write there, and every result that matters is checked where it is used. Weak, so that a program
// with its own pair keeps it.
__attribute__((weak)) void numa_warn(int number, char *where, ...) {
  (void)number;
  (void)where;
}

__attribute__((weak)) void numa_error(char *where) { (void)where; }
