// Two things come before liburing's own header, or this module would not agree with others that a
// program imports beside it:
// - the C library's settings, which liburing would change by defining _GNU_SOURCE, so that fd_set
//   differs from the Glibc module's;
// - the kernel's <linux/io_uring.h>, which swift-system includes. liburing carries a copy under the
//   same include guard, with other types for some fields.
#pragma once
#include <features.h>
#include <linux/io_uring.h>
#include <liburing.h>
