// Wishes that no machine can meet together. They are refused before the kernel is asked, and whatever
// may go unmet: which of the two is to be given up is the caller's choice.

extension RegionOptions {
  /// Throws `.contradictoryOptions` if two of the wishes exclude each other.
  func checkConsistency() throws(RegionError) {
    if storage == .secret {
      try exclude(backing != .basePages, "secret memory", "huge pages")
      try exclude(guardPages, "secret memory", "guard pages")
    }
    if guardPages {
      try exclude(backing != .basePages, "guard pages", "huge pages")
      try exclude(lockedInMemory, "guard pages", "pages locked in memory")
      try exclude(storage.isShared, "guard pages", "a memory file")
    }
  }

  private func exclude(
    _ isContradiction: Bool, _ one: String, _ other: String
  ) throws(RegionError) {
    guard isContradiction else { return }
    throw RegionError(.contradictoryOptions, detail: "\(one) and \(other)")
  }
}
