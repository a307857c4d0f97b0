// What Swift cannot reach by itself: calls that the Glibc importer drops, and hooks of the
// sanitizers. This header names no operating-system header, so that the bare-metal builds of the
// core can import it too; _GNU_SOURCE belongs in the .c files.
#pragma once
#include "CPageMemoryRegion.h"
