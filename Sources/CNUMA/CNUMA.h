// libnuma, for the topology only: placement makes the policy calls itself (CPageMemoryRegion.h).
// No _GNU_SOURCE here: a header module built with it clashes with the Glibc module's view of fd_set.
#pragma once
#include <numa.h>
