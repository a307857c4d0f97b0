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

  @Test(arguments: [
    RegionError.Kind.placementRefused, .placementNotMet, .residencyUnknown,
  ])
  func `who may not move pages is told so, and of no capability or memory`(
    kind: RegionError.Kind
  ) {
    for errno in [Errno.notPermitted, .noFunction] {
      let text = RegionError(kind, call: "move_pages", errno: errno).description
      #expect(text.contains("permit move_pages"))
      #expect(!text.contains("CAP_SYS_NICE") && !text.contains("mbind"))
      #expect(!text.contains("free memory"))
    }
    let full = RegionError(.placementNotMet, call: "move_pages", errno: .noMemory).description
    #expect(full.contains("free memory") && !full.contains("seccomp"))
  }

  @Test func `a refusal without a call names none`() {
    let error = RegionError(.alreadyClaimed)
    #expect(
      error.description
        == "region already has a pool. Close that pool first, or open another region.")
  }
}
