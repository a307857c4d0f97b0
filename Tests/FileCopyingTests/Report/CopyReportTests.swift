import FileCopying
import IOPages
import Testing

@Suite struct CopyReportTests {
  @Test func sayWhatWasDoneAndGiven() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(100_000))
    var options = CopyOptions()
    options.blockByteCount = 16 << 10
    options.queueDepth = 4
    let report = try FileCopy(from: source, to: directory.file("copy"), options: options).run()
    #expect(report.byteCount == 100_000)
    #expect(!report.isVerified)
    #expect(report.duration > .zero)
    #expect(report.rate == 100_000 / report.duration.inSeconds)
    #expect(report.granted.blockByteCount == 16 << 10)
    #expect(report.granted.blockCount == 4)
    #expect(report.granted.regionByteCount == options.regionByteCount)
    #expect(report.granted.committedByteCount == 64 << 10)
    #expect(report.granted.region.backing == .basePages)
    #expect(report.statistics.allocatedPages == 16)
  }
}
