import Synchronization
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct PageSurveyMovingTests {
  private let range = 0x7f00_0000_0000..<0x7f00_0000_0000 + 4 * 4096

  @Test func `moving says why pages stayed`() {
    var table = SystemCalls.linux
    table.movePages = { (pages, node) throws(Errno) in [node, -Errno.noMemory.rawValue, -16] }
    let survey = PageSurvey(table, range, pageStep: nil)
    #expect(survey.move([1, 2, 3], to: 1) == .noMemory)
    table.movePages = { (pages, node) throws(Errno) in pages.map { _ in node } }
    #expect(PageSurvey(table, range, pageStep: nil).move([1, 2, 3], to: 1) == nil)
    table.movePages = { (_, _) throws(Errno) in throw .notPermitted }
    #expect(PageSurvey(table, range, pageStep: nil).move([1], to: 1) == .notPermitted)
  }

  @Test func `pages are on the node, elsewhere or absent`() throws {
    var table = SystemCalls.linux
    table.nodes = { (pages) throws(Errno) in [3, 0, -2, -14] }
    let found = try PageSurvey(table, range, pageStep: nil).whereabouts(of: 3)
    #expect(found.there == 1)
    #expect(found.elsewhere == [range.lowerBound + 4096])
    #expect(found.absent == 2)
  }

  @Test func `moving goes on while it gets further, and no longer`() {
    // Each call moves two pages and says nothing of the rest, until four are left.
    let left = Mutex([Int](0..<10))
    var table = SystemCalls.linux
    table.movePages = { (pages, _) throws(Errno) in
      left.withLock { if $0.count > 4 { $0.removeFirst(2) } }
      return pages.map { _ in -Errno.resourceBusy.rawValue }
    }
    let survey = PageSurvey(table, range, pageStep: nil)
    let rounds = Mutex(0)
    let failure = survey.moveAll([Int](0..<10), to: 1) {
      rounds.withLock { $0 += 1 }
      return left.withLock { $0 }
    }
    #expect(left.withLock { $0 } == [6, 7, 8, 9])
    #expect(failure == .resourceBusy)
    #expect(rounds.withLock { $0 } == 4)
    #expect(survey.moveAll([], to: 1) { [1] } == nil)
  }

  @Test func `moving that gets further and never ends is given up`() {
    var table = SystemCalls.linux
    table.movePages = { (pages, _) throws(Errno) in
      pages.map { _ in -Errno.resourceBusy.rawValue }
    }
    let survey = PageSurvey(table, range, pageStep: nil)
    let rounds = Mutex(0)
    let failure = survey.moveAll([Int](0..<1000), to: 1) {
      let count = rounds.withLock {
        $0 += 1
        return $0
      }
      return [Int](count..<1000)
    }
    #expect(failure == .resourceBusy)
    #expect(rounds.withLock { $0 } == PageSurvey.moveAttempts)
  }

  @Test func `the last page that moves leaves no reason`() {
    let left = Mutex([Int](0..<3))
    var table = SystemCalls.linux
    table.movePages = { (pages, _) throws(Errno) in
      left.withLock { _ = $0.removeLast() }
      return pages.map { _ in -Errno.resourceBusy.rawValue }
    }
    let survey = PageSurvey(table, range, pageStep: nil)
    #expect(survey.moveAll([0, 1, 2], to: 1) { left.withLock { $0 } } == nil)
  }
}
