import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct ProcessGenerationTests {
  @Test func `a process keeps its generation`() throws {
    let first = try ProcessGeneration.current(.linux)
    #expect(try ProcessGeneration.current(.linux) == first)
    #expect(first.isThisProcess)
  }

  @Test func `children differ from their parents, and from each other's children`() async {
    await #expect(processExitsWith: .success) {
      let parent = try ProcessGeneration.current(.linux)
      let status = statusOfForkedChild {
        guard !parent.isThisProcess else { return 1 }
        guard let child = try? ProcessGeneration.current(.linux) else { return 2 }
        guard child != parent, child.isThisProcess, !parent.isThisProcess else { return 3 }
        let grandchild = statusOfForkedChild {
          guard !parent.isThisProcess, !child.isThisProcess else { return 4 }
          guard let own = try? ProcessGeneration.current(.linux) else { return 5 }
          return own != parent && own != child && own.isThisProcess ? 0 : 6
        }
        return grandchild ?? 7
      }
      #expect(status == 0)
      #expect(parent.isThisProcess)
    }
  }

  @Test func `a region is dead in a forked child, and dropping it does nothing`() async {
    await #expect(processExitsWith: .success) {
      var region: MemoryRegion? = try MemoryRegion(
        RegionOptions(byteCount: 2 << 20, initiallyCommitted: 1 << 20))
      let address = try #require(region.map { Int(bitPattern: unsafe $0.baseAddress) })
      // Within the committed bytes; the child drops the region and must still find them mapped.
      let word = unsafe word(at: address)
      unsafe word.pointee = 17
      let status = statusOfForkedChild {
        guard let dead = region, !dead.isOwnedByThisProcess else { return 1 }
        func kind(_ body: () throws(RegionError) -> Void) -> RegionError.Kind? {
          do throws(RegionError) { try body() } catch { return error.kind }
          return nil
        }
        guard kind({ () throws(RegionError) in try dead.commit(pages: 1) }) == .notOwner,
          kind({ () throws(RegionError) in _ = try dead.register(.vfio) }) == .notOwner,
          kind({ () throws(RegionError) in _ = try dead.claim(onCommit: { _ in }) }) == .notOwner,
          kind({ () throws(RegionError) in try dead.discardContents(pages: 0..<1) }) == .notOwner
        else { return 2 }
        dead.relinquish()
        region = nil
        guard unsafe word.pointee == 17 else { return 3 }
        guard let own = try? MemoryRegion(RegionOptions(byteCount: 1 << 20)),
          own.isOwnedByThisProcess
        else { return 4 }
        return 0
      }
      #expect(status == 0)
      #expect(region?.isOwnedByThisProcess == true)
      try region?.commit(pages: 1)
    }
  }
}
