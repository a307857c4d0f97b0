// Giving back what left as an address. The caller has no owner that would vouch for it, so everything is
// checked, in every build: what does not fit ends the process with a sentence that names the memory and
// says what is wrong with it, before anything has changed.

public import PagePools

extension PagePool {
  /// Gives back the whole of one run that ``IOPage/release()`` gave out.
  ///
  /// - Precondition: `bytes` is exactly such a run, not yet adopted or freed; what else it is, a
  ///   part of one included, traps.
  /// - Complexity: O(pages / 64 + orders). Any thread.
  @unsafe
  public func free(released bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count > 0, reference.isOwnedByThisProcess else { return }
    guard let frames = unsafe wholePages(bytes), reference.claimRawBlock(frames)
    else { fatalError(unsafe refusal(of: bytes)) }
    reference.free(frames)
  }

  /// Gives back some pages of a run that ``IOPage/release()`` gave out; the rest stays out.
  ///
  /// - Precondition: `bytes` is whole pages of released runs; what else it is traps.
  /// - Complexity: O(pages / 64 + orders). Any thread.
  @unsafe
  public func free(partOfReleased bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count > 0, reference.isOwnedByThisProcess else { return }
    guard let frames = unsafe wholePages(bytes), reference.claimRaw(frames)
    else { fatalError(unsafe refusal(of: bytes)) }
    reference.free(frames)
  }

  @unsafe
  private func wholePages(_ bytes: UnsafeMutableRawBufferPointer) -> Range<Int>? {
    guard let start = bytes.baseAddress, bytes.count & (PagePool.pageSize - 1) == 0
    else { return nil }
    return unsafe reference.frames(at: start, pageCount: bytes.count >> PagePool.pageShift)
  }

  /// The sentence that says why memory cannot be given back as it was tried to.
  @unsafe
  package func refusal(of bytes: UnsafeMutableRawBufferPointer) -> String {
    let address = String(UInt(bitPattern: bytes.baseAddress), radix: 16)
    return "The \(bytes.count) byte(s) at 0x\(address) cannot be given back to this pool: "
      + (unsafe fault(of: bytes)) + "."
  }

  @unsafe
  private func fault(of bytes: UnsafeMutableRawBufferPointer) -> String {
    guard UInt(bitPattern: bytes.baseAddress) & UInt(PagePool.pageSize - 1) == 0
    else { return "it does not start at a page" }
    guard bytes.count & (PagePool.pageSize - 1) == 0
    else { return "its length is not a whole number of pages" }
    guard let frames = unsafe wholePages(bytes) else { return "it does not lie in the pool" }
    let name = "pages \(frames.lowerBound)..<\(frames.upperBound) of the pool"
    switch reference.rawOwnership(of: frames) {
    case .none(areFree: true): return "\(name) are free: given back twice?"
    case .none(areFree: false): return "\(name) were not released"
    case .some: return "some of \(name) were not released, or have come back"
    case .all(let runs):
      return "\(name) are not one released run but part of pages \(runs.lowerBound)..<"
        + "\(runs.upperBound), or several: see free(partOfReleased:)"
    }
  }
}
