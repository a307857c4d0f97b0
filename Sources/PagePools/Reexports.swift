// FreeBlockCounts, FreeBlock and BlockOrder are part of this module's interface.

@_exported public import BuddyAllocator
