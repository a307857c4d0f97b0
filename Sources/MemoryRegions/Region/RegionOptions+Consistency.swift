// Wishes that no machine can meet together. They are refused before the kernel is asked, and whatever
// may go unmet: which of the two is to be given up is the caller's choice.

extension RegionOptions {
  /// Throws `.contradictoryOptions` if two of the wishes exclude each other.
  func checkConsistency() throws(RegionError) {
    guard storage == .secret else { return }
    try exclude(backing != .basePages, "secret memory", "huge pages")
  }

  private func exclude(
    _ isContradiction: Bool, _ one: String, _ other: String
  ) throws(RegionError) {
    guard isContradiction else { return }
    throw RegionError(.contradictoryOptions, detail: "\(one) and \(other)")
  }
}
