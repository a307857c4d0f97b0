// From a failing list of thousands of operations to one that a person can follow: parts are left out,
// half of the list first and single operations last, as long as what remains still fails (Zeller's
// delta debugging without its complements, which cost more than they find on lists this short).

/// Finds short failing lists of operations.
package enum OperationShrinker {
  /// A list made of `operations` that still fails, and from which no single operation can be left out.
  ///
  /// - Parameters:
  ///   - simpler: what an operation may be replaced by; nothing gives a sublist. Where operations name
  ///     things by their place among those that there are, leaving one out changes what others name, and
  ///     only small numbers let the list get short.
  ///   - fails: runs a list on fresh allocators. Must hold for `operations` itself.
  package static func shrink<Operation>(
    _ operations: [Operation], simpler: (Operation) -> [Operation] = { _ in [] },
    while fails: ([Operation]) -> Bool
  ) -> [Operation] {
    var operations = operations
    while true {
      leaveOut(of: &operations, while: fails)
      if leaveOutPair(of: &operations, while: fails) { continue }
      guard simplify(&operations, simpler, while: fails) else { return operations }
    }
  }

  private static func leaveOut<Operation>(
    of operations: inout [Operation], while fails: ([Operation]) -> Bool
  ) {
    var length = max(1, operations.count / 2)
    while true {
      let before = operations.count
      var start = 0
      while start < operations.count {
        let end = min(start + length, operations.count)
        let rest = Array(operations[..<start] + operations[end...])
        if fails(rest) { operations = rest } else { start = end }
      }
      if length > 1 {
        length /= 2
      } else if operations.count == before {
        return
      }
    }
  }

  /// Leaves two operations out at once, as what takes a page and what drops it, once the list is short
  /// enough to try all of them. Returns whether it did.
  private static func leaveOutPair<Operation>(
    of operations: inout [Operation], while fails: ([Operation]) -> Bool
  ) -> Bool {
    guard operations.count <= 48 else { return false }
    for first in operations.indices {
      for second in operations.indices.dropFirst(first + 1) {
        var rest = operations
        rest.remove(at: second)
        rest.remove(at: first)
        guard fails(rest) else { continue }
        operations = rest
        return true
      }
    }
    return false
  }

  /// Puts a simpler operation in the place of each that has one. Returns whether it did.
  private static func simplify<Operation>(
    _ operations: inout [Operation], _ simpler: (Operation) -> [Operation],
    while fails: ([Operation]) -> Bool
  ) -> Bool {
    var isSimpler = false
    for index in operations.indices {
      for operation in simpler(operations[index]) {
        var list = operations
        list[index] = operation
        guard fails(list) else { continue }
        operations = list
        isSimpler = true
        break
      }
    }
    return isSimpler
  }

  /// The list as Swift source, one operation a line.
  package static func source(of operations: [some CustomStringConvertible]) -> String {
    "[\n" + operations.map { "  \($0),\n" }.joined() + "]"
  }
}
