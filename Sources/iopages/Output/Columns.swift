// Text in columns, without Foundation's formats.

extension String {
  /// The text with spaces before it, at least `width` characters long.
  func paddedLeft(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }

  /// The text with spaces behind it, at least `width` characters long.
  func paddedRight(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}

extension Double {
  /// The number with exactly `digits` decimals, or `-` if it is not finite or has no such form.
  package func formatted(decimals digits: Int) -> String {
    var unit = 1.0
    for _ in 0..<digits { unit *= 10 }
    let scaled = (magnitude * unit).rounded()
    guard scaled < 1e15 else { return "-" }
    let whole = Int(scaled)
    let sign = self < 0 && whole != 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let decimals = String(whole % Int(unit))
    let zeros = String(repeating: "0", count: digits - decimals.count)
    return "\(sign)\(whole / Int(unit)).\(zeros)\(decimals)"
  }
}

extension Duration {
  /// The time as a clock shows it: `0:07`, `12:30`, `1:02:03`.
  package var clockText: String {
    let seconds = max(0, components.seconds)
    let (hours, rest) = seconds.quotientAndRemainder(dividingBy: 3600)
    let twoDigits = { (number: Int64) in (number < 10 ? "0" : "") + "\(number)" }
    return hours > 0
      ? "\(hours):\(twoDigits(rest / 60)):\(twoDigits(rest % 60))"
      : "\(rest / 60):\(twoDigits(rest % 60))"
  }
}
