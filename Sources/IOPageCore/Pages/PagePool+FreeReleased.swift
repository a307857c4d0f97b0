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
    let frames = unsafe wholePages(bytes)
    guard reference.claimRawBlock(frames) else { unsafe refuse(bytes, frames) }
    reference.free(frames)
  }

  /// Gives back some pages of a run that ``IOPage/release()`` gave out; the rest stays out.
  ///
  /// - Precondition: `bytes` is whole pages of released runs; what else it is traps.
  /// - Complexity: O(pages / 64 + orders). Any thread.
  @unsafe
  public func free(partOfReleased bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count > 0, reference.isOwnedByThisProcess else { return }
    let frames = unsafe wholePages(bytes)
    guard reference.claimRaw(frames) else { unsafe refuse(bytes, frames) }
    reference.free(frames)
  }

  @unsafe
  private func wholePages(_ bytes: UnsafeMutableRawBufferPointer) -> Range<Int> {
    guard let start = bytes.baseAddress,
      UInt(bitPattern: start) & UInt(PagePool.pageSize - 1) == 0
    else { unsafe refuse(bytes, "it does not start at a page") }
    guard bytes.count & (PagePool.pageSize - 1) == 0
    else { unsafe refuse(bytes, "its length is not a whole number of pages") }
    guard
      let frames = unsafe reference.frames(
        at: start, pageCount: bytes.count >> PagePool.pageShift)
    else { unsafe refuse(bytes, "it does not lie in the pool") }
    return frames
  }

  /// Says why pages of the pool cannot be given back.
  private func refuse(
    _ bytes: UnsafeMutableRawBufferPointer, _ frames: Range<Int>
  ) -> Never {
    let name = "pages \(frames.lowerBound)..<\(frames.upperBound) of the pool"
    switch reference.rawOwnership(of: frames) {
    case .none(let free):
      unsafe refuse(
        bytes, free ? "\(name) are free: given back twice?" : "\(name) were not released")
    case .some: unsafe refuse(bytes, "some of \(name) were not released, or have come back")
    case .all(let runs):
      unsafe refuse(
        bytes,
        "\(name) are not one released run but part of pages \(runs.lowerBound)..<\(runs.upperBound)"
          + ", or several: see free(partOfReleased:)")
    }
  }

  private func refuse(_ bytes: UnsafeMutableRawBufferPointer, _ reason: String) -> Never {
    let address = String(UInt(bitPattern: bytes.baseAddress), radix: 16)
    fatalError(
      "The \(bytes.count) byte(s) at 0x\(address) cannot be given back to this pool: \(reason).")
  }
}
