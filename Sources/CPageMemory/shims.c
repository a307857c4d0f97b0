#define _GNU_SOURCE
#include "CPageMemory.h"
