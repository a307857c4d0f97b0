// libnuma for the topology, the policy calls of <numaif.h> for placement. No _GNU_SOURCE here:
// a header module built with it clashes with the Glibc module's view of fd_set.
#pragma once
#include <numa.h>
#include <numaif.h>
