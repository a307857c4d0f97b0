// The calls behind a memory region that Swift's Glibc import does not offer, and their constants'
// homes: flags are chosen in the .c file, so that no operating-system header is needed here.
// Every function returns a non-negative result, or the negated errno.
#pragma once
#include <stdint.h>

/// mbind(2). `mask` has `bits` bits; a null mask is the empty set. `strict`: EIO if a page that is in
/// memory lies on none of the nodes.
int page_memory_mbind(
    uintptr_t address, uintptr_t byte_count, int mode, const unsigned long *mask, unsigned long bits,
    int strict);

/// set_mempolicy_home_node(2): the node from which the nearest of a policy's nodes is told.
int page_memory_set_home_node(uintptr_t address, uintptr_t byte_count, unsigned long node);

/// getcpu(2): the node of the processor that the calling thread runs on.
int page_memory_processor_node(void);

/// get_mempolicy(2) of the mapping at `address`.
int page_memory_policy_at(
    uintptr_t address, int *mode, unsigned long *mask, unsigned long bits);

/// get_mempolicy(2): the node of the page at `address`, which the call faults in if it is absent.
int page_memory_node_at(uintptr_t address);

/// move_pages(2) on this process. Null `nodes` asks where the pages are; `status` has the answers.
int page_memory_move_pages(
    unsigned long count, const uintptr_t *pages, const int *nodes, int *status);

/// mremap(2) to a given place, replacing what is mapped there.
int page_memory_move_mapping(uintptr_t address, uintptr_t byte_count, uintptr_t target);

/// mlock2(2) with MLOCK_ONFAULT: counts the whole range against RLIMIT_MEMLOCK, faults nothing in.
int page_memory_lock_on_fault(uintptr_t address, uintptr_t byte_count);

/// memfd_create(2), close-on-exec, sealable, not executable where the kernel knows that.
/// `huge_page_shift`: 0 for base pages, 21 for 2 MiB, 30 for 1 GiB.
int page_memory_create_memory_file(const char *name, int huge_page_shift);

/// memfd_secret(2), close-on-exec: a file whose pages the kernel itself does not map.
int page_memory_create_secret_file(void);

/// Writes to each page of a mapping without changing it, so that all of them are in memory.
void page_memory_touch(uintptr_t address, uintptr_t byte_count);

/// Seals a memory file against shrinking, growing and further seals.
int page_memory_seal_size(int descriptor);

/// Opens the file of a descriptor once more, for reading and writing: an open file description of its
/// own. Needs /proc.
int page_memory_open_again(int descriptor);

/// The size of a memory file, and whether it is sealed against shrinking and growing.
int page_memory_memory_file_state(int descriptor, int64_t *byte_count, int *is_sealed);

/// Makes this process the owner of a memory file, by an OFD lock on a description of its own, which a
/// forked child closes before fork returns there. Returns the descriptor that stands for it, or -EAGAIN
/// if the file has an owner already, be it this process.
int page_memory_own_file(int descriptor);

/// Ends what page_memory_own_file began, in the process that began it.
void page_memory_disown_file(int ownership);

/// From now on other threads that call fork(2) wait until this thread calls page_memory_release_forks,
/// and so do those that own a file, disown one, or hold forks off. Not to be nested. Children made by
/// vfork or clone(2) are not kept away.
int page_memory_hold_forks(void);
void page_memory_release_forks(void);

/// fallocate(2) with PUNCH_HOLE and KEEP_SIZE.
int page_memory_punch_hole(int descriptor, int64_t offset, int64_t byte_count);

/// The soft RLIMIT_MEMLOCK in bytes; INT64_MAX when there is no limit.
int64_t page_memory_lock_limit(void);

/// madvise(2) by the names below: several are newer than the headers of the oldest supported libc.
int page_memory_advise(uintptr_t address, uintptr_t byte_count, int advice);
enum {
  PAGE_MEMORY_POPULATE_WRITE,
  PAGE_MEMORY_DISCARD,
  PAGE_MEMORY_DISCARD_LOCKED,
  PAGE_MEMORY_HUGE_PAGES,
  PAGE_MEMORY_NO_HUGE_PAGES,
  PAGE_MEMORY_NOT_IN_CORE_DUMPS,
  PAGE_MEMORY_NOT_IN_FORKS,
  PAGE_MEMORY_WIPE_ON_FORK,
  PAGE_MEMORY_INSTALL_GUARDS,
  PAGE_MEMORY_REMOVE_GUARDS,
};
