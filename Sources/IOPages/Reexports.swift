// A client imports IOPages and has the pages, the pools, the buddy's vocabulary and the regions.

@_exported public import BasicContainers
@_exported public import IOPageCore
@_exported public import MemoryRegions
