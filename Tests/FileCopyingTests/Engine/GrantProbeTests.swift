import FileCopying
import IOPages
import Testing

@Suite struct GrantProbeTests {
  @Test func basePagesAreAlwaysGranted() {
    #expect(GrantProbe(.backing(.basePages)).refusal == nil)
  }

  @Test func aNodeThatNoMachineHasIsRefusedWithAReason() {
    let refusal = GrantProbe(.node(9999)).refusal
    #if NUMA
      #expect(refusal?.description.contains("9999") == true)
    #else
      #expect(refusal?.description.contains("NUMA unavailable") == true)
    #endif
  }

  @Test func aRingIsGrantedWhereACopyGetsOne() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", [1])
    let report = try FileCopy(
      from: source, to: directory.file("copy"), options: CopyOptions()
    ).run()
    #expect(
      (GrantProbe(.ring).refusal == nil) == (report.granted.method == .ring))
  }
}
