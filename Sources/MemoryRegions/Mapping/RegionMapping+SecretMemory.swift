// Secret memory is a file whose pages the kernel takes out of its own map (memfd_secret), mapped
// here and nowhere else. Each commit has a file of its own, which is closed as soon as it is mapped:
// no descriptor is left that a forked child, or whoever may look into this process's descriptors,
// could map again.
//
//      memfd_secret -> ftruncate -> mmap -> close -> madvise     the mapping alone keeps the pages
//      '------------ no thread can fork meanwhile ----------'
//
// The kernel counts such a mapping as locked, against RLIMIT_MEMLOCK and at once, before a page of it
// exists. It ignores memory policies for these pages: they come where the thread's own policy says.
// So a placement is checked as any other, but pages that strayed cannot be moved.

import SystemPackage

extension RegionMapping {
  /// Maps secret memory, anywhere. Returns its addresses. No thread forks meanwhile, nor until the
  /// mapping is kept out of forked children: it is a shared one.
  func mapSecretMemory(_ byteCount: Int) throws(RegionError) -> Range<Int> {
    let file = try Self.createSecretFile(systemCalls)
    defer { try? systemCalls.close(file) }
    let detail = "\(byteCount) bytes of secret memory"
    try call("ftruncate", .commitRefused, detail) { () throws(Errno) in
      try systemCalls.resize(file, byteCount)
    }
    do throws(Errno) {
      let address = try systemCalls.map(.file(.anywhere, descriptor: file, offset: 0), byteCount)
      return address..<address + byteCount
    } catch {
      throw lockRefusal(call: "mmap", errno: error, byteCount, else: .commitRefused)
    }
  }

  /// Finds out at open whether there is secret memory, where nothing is committed yet.
  static func checkSecretMemory(
    _ options: RegionOptions, _ systemCalls: SystemCalls
  ) throws(RegionError) {
    guard options.storage == .secret, options.initiallyCommitted == 0 else { return }
    let file = try createSecretFile(systemCalls)
    try? systemCalls.close(file)
  }

  private static func createSecretFile(_ systemCalls: SystemCalls) throws(RegionError) -> Int32 {
    do throws(Errno) {
      return try systemCalls.createSecretFile()
    } catch {
      let isMissing = [.noFunction, .notPermitted, .permissionDenied].contains(error)
      throw RegionError(
        isMissing ? .secretMemoryUnavailable : .memoryFileRefused, call: "memfd_secret",
        errno: error)
    }
  }
}
