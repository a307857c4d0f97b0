import MemoryRegions
import SystemPackage
import Testing

@Suite struct RegionErrorDescriptionTests {
  @Test func `a failed call is told with figures, errno and remedy`() {
    let error = RegionError(
      .lockLimit, call: "mlock2", errno: .noMemory, detail: "16 bytes more to lock")
    #expect(
      error.description == "limit on locked memory too low: 16 bytes more to lock "
        + "(mlock2: Cannot allocate memory, errno 12). Raise RLIMIT_MEMLOCK (ulimit -l, "
        + "LimitMEMLOCK=), or allow the region to go unlocked.")
  }

  @Test func `a refusal without a call names none`() {
    let error = RegionError(.alreadyClaimed)
    #expect(
      error.description
        == "region already has a pool. Close that pool first, or open another region.")
  }
}
