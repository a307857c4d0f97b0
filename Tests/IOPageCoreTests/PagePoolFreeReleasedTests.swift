import IOPageCore
import MemoryTestSupport
import Testing

/// Every way in which the unsafe door can be misused, in debug and in release: the process ends with a
/// sentence that names the memory.
@Suite(.leavesNoPages) struct PagePoolFreeReleasedTests {
  /// One mistake, and what is said of it.
  enum Mistake: String, CaseIterable, Codable, Sendable {
    case freedTwice, foreign, misaligned, notWholePages, shorter, longer, neverReleased,
      partOfNothing
    case partTwice, partBeyond

    var sentence: String {
      switch self {
      case .freedTwice: "pages 0..<4 of the pool are free: given back twice?"
      case .foreign: "it does not lie in the pool"
      case .misaligned: "it does not start at a page"
      case .notWholePages: "its length is not a whole number of pages"
      case .shorter:
        "pages 0..<3 of the pool are not one released run but part of pages 0..<4, or several: "
          + "see free(partOfReleased:)"
      case .longer: "some of pages 0..<5 of the pool were not released, or have come back"
      case .neverReleased: "pages 8..<10 of the pool were not released"
      case .partOfNothing: "pages 16..<17 of the pool are free: given back twice?"
      case .partTwice: "some of pages 0..<3 of the pool were not released, or have come back"
      case .partBeyond: "some of pages 3..<5 of the pool were not released, or have come back"
      }
    }

    /// Makes it, with four pages released from the start of the pool, and two taken at page 8.
    @unsafe
    func make(in pool: PagePool, _ run: UnsafeMutableRawBufferPointer) {
      unsafe prepare(pool, run)
      let bytes = unsafe memory(run)
      switch self {
      case .partOfNothing, .partTwice, .partBeyond: unsafe pool.free(partOfReleased: bytes)
      case .foreign:
        let other = PoolTestMemory.makePool(pages: 32)
        unsafe other.free(released: bytes)
      default: unsafe pool.free(released: bytes)
      }
    }

    /// What comes before the mistake.
    @unsafe
    func prepare(_ pool: PagePool, _ run: UnsafeMutableRawBufferPointer) {
      switch self {
      case .freedTwice: unsafe pool.free(released: run)
      case .partTwice: unsafe pool.free(partOfReleased: .init(rebasing: run[4096..<8192]))
      default: break
      }
    }

    /// The memory that the mistake is about.
    @unsafe
    func memory(_ run: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
      let base = unsafe run.baseAddress.unsafelyUnwrapped
      func pages(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        unsafe .init(start: base + range.lowerBound << 12, count: range.count << 12)
      }
      return switch self {
      case .freedTwice, .foreign: unsafe run
      case .misaligned: unsafe .init(start: base + 8, count: 4096)
      case .notWholePages: unsafe .init(start: base, count: 4095)
      case .shorter, .partTwice: unsafe pages(0..<3)
      case .longer: unsafe pages(0..<5)
      case .neverReleased: unsafe pages(8..<10)
      case .partOfNothing: unsafe pages(16..<17)
      case .partBeyond: unsafe pages(3..<5)
      }
    }
  }

  @Test(arguments: Mistake.allCases)
  func aMistakeEndsTheProcessWithASentence(mistake: Mistake) async {
    let result = await #expect(
      processExitsWith: .trap, observing: [\.standardErrorContent]
    ) { [mistake = mistake as Mistake] in
      trapping {
        let pool = PoolTestMemory.makePool(pages: 32)
        let run = unsafe try pool.allocate(pages: 4).release()
        let gap = try pool.allocate(pages: 4)
        let held = try pool.allocate(pages: 2)
        unsafe mistake.make(in: pool, run)
        withExtendedLifetime((pool)) {}
        _ = consume held
        _ = consume gap
      }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains("cannot be given back to this pool: \(mistake.sentence)."), "\(text)")
    #expect(text.contains(" byte(s) at 0x"))
  }

  /// The same in this process: what is refused has changed nothing by then.
  @Test(.leavesPages(because: "what was released stays out"), arguments: Mistake.allCases)
  func theSentenceIsTrueAndNothingHasChanged(mistake: Mistake) throws {
    let pool = PoolTestMemory.makePool(pages: 32)
    let run = unsafe try pool.allocate(pages: 4).release()
    let gap = try pool.allocate(pages: 4)
    let held = try pool.allocate(pages: 2)
    let other = PoolTestMemory.makePool(pages: 32)
    unsafe mistake.prepare(pool, run)
    let before = pool.statistics
    let refusing = mistake == .foreign ? other : pool
    let text = unsafe refusing.refusal(of: mistake.memory(run))
    #expect(text.hasSuffix("cannot be given back to this pool: \(mistake.sentence)."), "\(text)")
    #expect(pool.statistics.freePages == before.freePages)
    #expect(pool.statistics.frees == before.frees)
    try pool.checkInvariants()
    unsafe _ = try? pool.allocate(pages: 1).release()
    _ = consume gap
    _ = consume held
  }

  @Test func aRefusedAdoptionChangesNothing() throws {
    let pool = PoolTestMemory.makePool(pages: 32)
    let run = unsafe try pool.allocate(pages: 4).release()
    let before = pool.statistics
    #expect(throws: AdoptionError.notReleasedFromPool) {
      _ = try unsafe IOPage(
        adopting: .init(start: run.baseAddress, count: 5 << 12), from: pool)
    }
    #expect(pool.statistics.freePages == before.freePages)
    #expect(pool.statistics.frees == before.frees)
    unsafe pool.free(released: run)
    #expect(pool.leakReport.isEmpty)
    try pool.checkInvariants()
  }

  @Test func partsAndTheRestComeBack() throws {
    let pool = PoolTestMemory.makePool(pages: 32)
    let run = unsafe try pool.allocate(pages: 4).release()
    unsafe pool.free(partOfReleased: .init(rebasing: run[4096..<8192]))
    unsafe pool.free(released: .init(rebasing: run[0..<4096]))
    unsafe pool.free(released: .init(rebasing: run[8192...]))
    #expect(pool.leakReport.isEmpty)
  }
}
