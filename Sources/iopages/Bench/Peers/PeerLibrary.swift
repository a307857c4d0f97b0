// Libraries that are looked for when the program runs: whoever builds the tool does not need them.

import Glibc

/// A shared library that is loaded, for the rest of the process.
@safe
struct PeerLibrary: @unchecked Sendable {
  // Sendable: the loader may be called from any thread, and the handle stays valid.
  private let handle: UnsafeMutableRawPointer

  /// Why there is no library to call.
  enum Failure: Error, Equatable {
    /// None of these names is known to the loader.
    case absent
    /// It wants more thread-local memory than the loader has kept for libraries that come late.
    case lacksStaticTLS
    /// Anything else that the loader, or the library, said.
    case unusable(String)
  }

  /// Loads the first library there is of these.
  init(oneOf names: [String]) throws(Failure) {
    var failure = Failure.absent
    for name in names {
      // A terminated string for the length of the call.
      if let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) {
        unsafe self.handle = handle
        return
      }
      // The loader's text, which is valid until its next call.
      let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
      failure = PeerLibrary.failure(reason: reason, name: name) ?? failure
    }
    throw failure
  }

  /// What the loader's text means; nil if it has no library of that name.
  static func failure(reason: String, name: String) -> Failure? {
    if reason.contains("static TLS") { return .lacksStaticTLS }
    return reason.hasPrefix("\(name): cannot open shared object file") ? nil : .unusable(reason)
  }

  /// The function of that name.
  ///
  /// - Precondition: `Function` is a C function's type, and the one that the library's header gives.
  @unsafe
  func function<Function>(_ symbol: String, as type: Function.Type) throws(Failure) -> Function {
    unsafe precondition(
      MemoryLayout<Function>.size == MemoryLayout<UnsafeRawPointer>.size,
      "A C function's type has the size of a pointer.")
    // A terminated string for the length of the call; the library is never unloaded.
    guard let address = unsafe dlsym(handle, symbol) else {
      throw .unusable("it has no function \(symbol)")
    }
    return unsafe unsafeBitCast(address, to: type)
  }
}
