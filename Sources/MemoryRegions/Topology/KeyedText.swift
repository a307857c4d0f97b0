// Reading the "name value" files of /proc and /sys.

extension SystemCalls {
  /// A file of "Name: 123 kB" lines, as /proc/meminfo: bytes by name. Per-node files repeat
  /// "Node 0" before each name. Nil if there is no such file.
  package func keyedSizes(_ path: String) -> [String: Int]? {
    guard let text = try? readFile(path) else { return nil }
    var sizes: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if words.count > 2, words[0] == "Node" { words.removeFirst(2) }
      guard words.count >= 2, let number = Int(words[1]) else { continue }
      let name = words[0].last == ":" ? words[0].dropLast() : words[0]
      sizes[String(name)] = words.count > 2 && words[2] == "kB" ? number << 10 : number
    }
    return sizes
  }

  /// A file that holds one number. Nil if there is none, or no number in it ("max").
  package func number(_ path: String) -> Int? {
    guard let text = try? readFile(path) else { return nil }
    return Int(text.prefix { $0 != "\n" })
  }

  /// A file that lists numbers as "0-3,7". Nil if there is no such file.
  package func numberList(_ path: String) -> [Int]? {
    guard let text = try? readFile(path) else { return nil }
    return Self.numbers(inList: text.prefix { $0 != "\n" })
  }

  /// The numbers of a list as "0-3,7".
  static func numbers(inList text: some StringProtocol) -> [Int] {
    text.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }

  /// What the calling thread's status says after "Name:", without the space before it; nil if
  /// nothing. Threads may differ in cpuset and capabilities: /proc/self/status is the main
  /// thread's.
  func statusField(_ name: String) -> Substring? {
    guard
      let text = (try? readFile("/proc/thread-self/status")) ?? (try? readFile("/proc/self/status"))
    else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.dropFirst(name.utf8.count + 1).drop { $0 == "\t" || $0 == " " }
  }
}
