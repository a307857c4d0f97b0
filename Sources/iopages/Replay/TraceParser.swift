// From text to events. Every line is an event, so an event's index gives its line, and a line that
// is none is an error: a trace with a hole would replay something that never happened.

/// Reads the text of a trace.
package struct TraceParser {
  /// Beyond what any kernel has, so that the arithmetic on frames and orders cannot overflow.
  private static let largestOrder: UInt64 = 30
  private static let largestProcessor: UInt64 = 65_535
  private static let largestMigrateType: UInt64 = 255
  private static let largestFrame: UInt64 = 1 << 52

  private let text: [UInt8]
  private var position = 0
  private var line = 1

  private init(_ text: [UInt8]) {
    self.text = text
  }

  /// The events of a trace in the order of their lines.
  ///
  /// - Throws: ``TraceError`` for the first line that is no event.
  /// - Complexity: O(bytes).
  package static func events(in text: [UInt8]) throws(TraceError) -> [TraceEvent] {
    var parser = TraceParser(text)
    var events: [TraceEvent] = []
    // The shortest line of a free has eight characters and its end.
    events.reserveCapacity(text.count / 9)
    while parser.position < text.count {
      events.append(try parser.nextEvent())
      parser.line += 1
    }
    return events
  }

  private mutating func nextEvent() throws(TraceError) -> TraceEvent {
    let start = position
    guard let event = try parseEvent() else {
      throw TraceError(
        line: line,
        "'\(excerpt(from: start))' is neither 'a CPU ORDER ID MIGRATETYPE PFN' nor "
          + "'f CPU ORDER ID'")
    }
    return event
  }

  /// The event of the current line; nil if the line has another form.
  private mutating func parseEvent() throws(TraceError) -> TraceEvent? {
    let letter = text[position]
    guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "f") else { return nil }
    position += 1
    guard
      let processor = try number("processor", upTo: Self.largestProcessor),
      let order = try number("order", upTo: Self.largestOrder),
      let block = try number("allocation", upTo: .max)
    else { return nil }
    var event = TraceEvent(kind: .free, processor: Int(processor), order: Int(order), block: block)
    if letter == UInt8(ascii: "a") {
      guard
        try number("migrate type", upTo: Self.largestMigrateType) != nil,
        let frame = try number("page frame", upTo: Self.largestFrame)
      else { return nil }
      event.kind = .allocation
      event.frame = frame
    }
    if position < text.count {
      guard text[position] == UInt8(ascii: "\n") else { return nil }
      position += 1
    }
    return event
  }

  /// The number behind a space; nil if there is none.
  private mutating func number(_ name: String, upTo limit: UInt64) throws(TraceError) -> UInt64? {
    guard position < text.count, text[position] == UInt8(ascii: " ") else { return nil }
    position += 1
    let start = position
    var number: UInt64 = 0
    while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit < 10 {
      let (shifted, overflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, carries) = shifted.addingReportingOverflow(UInt64(digit))
      guard !overflows, !carries, sum <= limit else {
        throw TraceError(line: line, "the \(name) is above \(limit)")
      }
      number = sum
      position += 1
    }
    return position > start ? number : nil
  }

  /// The beginning of a line, for a message.
  private func excerpt(from start: Int) -> String {
    let bytes = text[start...].prefix { $0 != UInt8(ascii: "\n") }.prefix(40)
    // Whatever is no printable character would spoil the one line that the message is.
    return String(
      decoding: bytes.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}
