/// What a subject and its twin disagree about, as a sentence.
package struct Difference: Error, Equatable, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) { self.description = description }
}

/// Throws a sentence unless a condition holds.
func expect(
  _ condition: Bool, _ description: @autoclosure () -> String
) throws(Difference) {
  if !condition { throw Difference(description()) }
}
