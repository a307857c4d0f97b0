// In this module, the pools that tests open are looked at when the test is over (PoolWatch): these
// stand before the library's own initialisers, which they call.

import IOPages
import MemoryTestSupport
import TwinModels

extension PagePool {
  convenience init(
    region: MemoryRegion, cacheMethod: ProcessorCacheMethod = .restartableSequences,
    inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    try self.IOPages::init(region: region, cacheMethod: cacheMethod, inspection: inspection)
    PoolWatch.opened(self)
  }

  convenience init(
    recoverable options: RegionOptions, inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    try self.IOPages::init(recoverable: options, inspection: inspection)
    PoolWatch.opened(self)
  }
}

extension PagePoolSet {
  convenience init(_ options: PagePoolSetOptions) throws(RegionError) {
    try self.IOPages::init(options)
    watchPools()
  }
}
