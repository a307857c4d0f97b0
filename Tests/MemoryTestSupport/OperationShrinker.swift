// From a failing list of thousands of operations to one that a person can follow: parts are left out,
// half of the list first and single operations last, as long as what remains still fails (Zeller's
// delta debugging without its complements, which cost more than they find on lists this short).

/// Finds short failing lists of operations.
package enum OperationShrinker {
  /// A sublist of `operations` that still fails and from which no single operation can be left out.
  ///
  /// - Parameter fails: runs a list on fresh allocators. Must hold for `operations` itself.
  package static func shrink(
    _ operations: [BuddyOperation], while fails: ([BuddyOperation]) -> Bool
  ) -> [BuddyOperation] {
    var operations = operations
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
        return operations
      }
    }
  }

  /// The list as Swift source, one operation a line.
  package static func source(of operations: [BuddyOperation]) -> String {
    "[\n" + operations.map { "  \($0),\n" }.joined() + "]"
  }
}
