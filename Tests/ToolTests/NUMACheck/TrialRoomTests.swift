import IOPages
import MemoryRegions
import SystemPackage
import Testing
import iopages

@Suite struct TrialRoomTests {
  @Test(
    arguments: [
      // One 64th of 1 GiB is 16 MiB, and the trial takes 4.
      (20480, false), (20479, true), (0, true), (1_048_576, false),
    ])
  func aNodeIsShortIfLittleIsFreeBesideTheTrial(freeKilobytes: Int, isShort: Bool) {
    let room = TrialRoom(byteCount: 4 << 20, calls(free: [1: freeKilobytes, 2: 1_000_000]))
    #expect(room.shortage(on: [1]) == (isShort ? [1] : []))
    #expect(room.shortage(on: [1, 2]) == (isShort ? [1] : []))
    #expect(room.shortage(on: [2]) == [])
  }

  @Test func whatTheKernelKeepsIsNoRoom() {
    // 8 MiB, twice, and 20 as above.
    let free = [1: 36864, 2: 36863]
    let room = TrialRoom(byteCount: 4 << 20, calls(free: free, keptKilobytes: 8192))
    #expect(room.shortage(on: [1, 2]) == [2])
  }

  @Test func aNodeWhoseMemoryIsHiddenIsShort() {
    #expect(TrialRoom(byteCount: 4096, calls(free: [1: 1_000_000])).shortage(on: [1, 3]) == [3])
  }

  @Test func thereIsNoRoomForWhatNoMachineHas() {
    let room = TrialRoom(byteCount: .max & -4096, calls(free: [1: 1_048_576]))
    #expect(room.shortage(on: [1]) == [1])
  }

  /// Nodes of 1 GiB with so much free, and all other nodes hidden.
  private func calls(free: [Int: Int], keptKilobytes: Int = 0) -> SystemCalls {
    var table = SystemCalls.linux
    table.readFile = { (path) throws(Errno) in
      if path == "/proc/sys/vm/min_free_kbytes" { return "\(keptKilobytes)\n" }
      for (node, kilobytes) in free
      where path == "/sys/devices/system/node/node\(node)/meminfo" {
        return """
          Node \(node) MemTotal:        1048576 kB
          Node \(node) MemFree:         \(kilobytes) kB
          """
      }
      throw .noSuchFileOrDirectory
    }
    return table
  }
}
