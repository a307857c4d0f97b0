// What W11 reads integers from.

import IOPages

/// The same bytes, in everything that integers are read from.
final class MeasuredBytes {
  private let page: IOPage
  private let buffer: PageBuffer
  private let shared: SharedPageBuffer
  private let offsets: [Int]

  init(byteCount: Int, from pool: PagePool) throws {
    var generator = MixGenerator(seed: 11)
    let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var page = try pool.allocate(pages: byteCount / IOPage.pageSize, contents: .uninitialized)
    page.copyBytes(from: bytes.span)
    self.page = page
    // Bytes, of which every one is there.
    buffer = try unsafe PageBuffer(copying: bytes.span.bytes, from: pool)
    shared = try unsafe PageBuffer(copying: bytes.span.bytes, from: pool).freeze()
    offsets = (0..<byteCount / 2).map { _ in Int.random(in: 0...byteCount - 2, using: &generator) }
  }

  /// Adds up all integers so many times; nil if the subject has none.
  func sum(of name: SubjectName, _ order: LoadOrder, times: Int) -> UInt64? {
    switch (name, order) {
    case (.pages, .ascending): LoadLoops.sum(page, times: times)
    case (.pages, .strided): LoadLoops.sumStrided(page, times: times)
    case (.pages, .indexed): LoadLoops.sumIndexed(page, times: times)
    case (.pages, .scattered): LoadLoops.sum(page, at: offsets, times: times)
    case (.pageBuffer, .ascending): LoadLoops.sum(buffer, times: times)
    case (.pageBuffer, .strided): LoadLoops.sumStrided(buffer, times: times)
    case (.pageBuffer, .indexed): LoadLoops.sumIndexed(buffer, times: times)
    case (.pageBuffer, .scattered): LoadLoops.sum(buffer, at: offsets, times: times)
    case (.sharedPageBuffer, .ascending): LoadLoops.sum(shared, times: times)
    case (.sharedPageBuffer, .strided): LoadLoops.sumStrided(shared, times: times)
    case (.sharedPageBuffer, .indexed): LoadLoops.sumIndexed(shared, times: times)
    case (.sharedPageBuffer, .scattered): LoadLoops.sum(shared, at: offsets, times: times)
    // The page is there for the length of the calls, and has the bytes that are read.
    case (.rawPointer, .ascending):
      unsafe LoadLoops.sum(
        UnsafeRawPointer(page.baseAddress), count: page.byteCount, times: times)
    case (.rawPointer, .strided):
      unsafe LoadLoops.sumStrided(
        UnsafeRawPointer(page.baseAddress), count: page.byteCount, times: times)
    case (.rawPointer, .indexed):
      unsafe LoadLoops.sumIndexed(
        UnsafeRawPointer(page.baseAddress), count: page.byteCount, times: times)
    case (.rawPointer, .scattered):
      unsafe LoadLoops.sum(UnsafeRawPointer(page.baseAddress), at: offsets, times: times)
    default: nil
    }
  }
}
