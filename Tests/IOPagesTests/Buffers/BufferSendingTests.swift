// A received frame is split into header and payload, and each goes to another task: by an actor call,
// by taking it out of an optional, and, for shared bytes, by capturing a copy.

import IOPages
import MemoryTestSupport
import Synchronization
import Testing

@Suite(.leavesNoPages) struct BufferSendingTests {
  private actor Parser {
    private var headers = PageBufferList<PageBuffer>()

    func take(_ header: consuming PageBuffer) { headers.append(header) }

    func giveBack() -> PageBuffer? { headers.popFirst() }
  }

  @Test func headerAndPayloadGoToOtherTasks() async throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let parser = Parser()
    var frame = try PageBuffer(count: 1500, from: pool)
    frame.fill(0..<14, with: 1)
    frame.fill(14..<1500, with: 2)
    let header = frame.takeFirst(14)
    await parser.take(header)
    // A task cannot capture a value that is not copied, but it can take it out of an optional.
    let payload = Mutex<PageBuffer?>(frame)
    let sum = await Task {
      guard let payload = payload.withVisibleLock({ $0.take() }) else { return 0 }
      return (0..<payload.count).reduce(0) { $0 + Int(payload[$1]) }
    }.value
    #expect(sum == 2 * 1486)
    #expect(pool.statistics.allocatedPages == 1)
    let back = await parser.giveBack()
    if let back {
      let facts = (back.count, back[13])
      #expect(facts == (14, 1))
    } else {
      Issue.record("The header is gone.")
    }
    #expect(pool.statistics.allocatedPages == 0)
  }

  @Test func sharedBytesAreCaptured() async throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let frame = try PageBuffer(copying: [1, 2, 3, 4], from: pool).freeze()
    let sum = await withTaskGroup(of: Int.self) { group in
      for index in 0..<4 { group.addTask { Int(frame[index..<4][0]) } }
      return await group.reduce(0, +)
    }
    #expect(sum == 10)
  }
}
