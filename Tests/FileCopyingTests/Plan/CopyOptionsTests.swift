import FileCopying
import Testing

@Suite struct CopyOptionsTests {
  @Test func theDefaultsAreValid() throws {
    try CopyOptions().validate()
    var options = CopyOptions()
    options.verifies = true
    try options.validate()
  }

  @Test(arguments: [0, -4096, 1, 4095, 4097])
  func aBlockHasToBeWholePages(byteCount: Int) {
    var options = CopyOptions()
    options.blockByteCount = byteCount
    let error = #expect(throws: CopyError.self) { try options.validate() }
    guard case .blockNotWholePages(ByteSize(byteCount: byteCount)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aBlockHasToFitTheRegion() {
    var options = CopyOptions()
    options.regionByteCount = 1 << 20
    options.blockByteCount = 2 << 20
    let error = #expect(throws: CopyError.self) { try options.validate() }
    #expect(
      error?.description
        == "a block of 2 MiB does not fit a region of 1 MiB: use a smaller --block or a larger "
        + "--region")
  }

  @Test(arguments: [0, -4096])
  func aRegionOfNothingIsLeftToTheRegion(byteCount: Int) throws {
    var options = CopyOptions()
    options.regionByteCount = byteCount
    try options.validate()
  }

  @Test(arguments: [-1, 0, 4097])
  func theQueueDepthHasBounds(depth: Int) {
    var options = CopyOptions()
    options.queueDepth = depth
    let error = #expect(throws: CopyError.self) { try options.validate() }
    #expect(error?.description.contains("\(depth) is not within 1 to 4096") == true)
  }

  @Test func verifyingTakesTwoBlocks() throws {
    var options = CopyOptions()
    options.queueDepth = 1
    try options.validate()
    options.verifies = true
    #expect(throws: CopyError.self) { try options.validate() }
  }
}
