// In this module, the pools that tests open are looked at when the test is over (PoolWatch): this
// stands before the library's own initialiser, which it calls.

import IOPages
import MemoryTestSupport

extension PagePool {
  convenience init(
    region: MemoryRegion, cacheMethod: ProcessorCacheMethod = .restartableSequences,
    inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    try self.IOPages::init(region: region, cacheMethod: cacheMethod, inspection: inspection)
    PoolWatch.opened(self)
  }
}
