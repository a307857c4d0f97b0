import Testing

@testable import iopages

@Suite struct PeerLibraryTests {
  @Test func findsAFunctionOfTheCLibrary() throws {
    typealias Absolute = @convention(c) (Int32) -> Int32
    // The type is that of abs.
    let function = try unsafe PeerLibrary(oneOf: ["libc.so.6"]).function("abs", as: Absolute.self)
    #expect(function(-3) == 3)
  }

  @Test func triesOneNameAfterTheOther() throws {
    _ = try PeerLibrary(oneOf: ["libiopages-no-such-library.so", "libc.so.6"])
  }

  @Test func isAbsentWhereTheLoaderKnowsNoSuchName() {
    #expect(throws: PeerLibrary.Failure.absent) {
      try PeerLibrary(oneOf: ["libiopages-no-such-library.so", "/no/such/library.so"])
    }
  }

  @Test func isUnusableWithoutTheFunction() throws {
    let library = try PeerLibrary(oneOf: ["libc.so.6"])
    #expect(throws: PeerLibrary.Failure.unusable("it has no function iopages_no_such")) {
      typealias Nothing = @convention(c) () -> Void
      _ = try unsafe library.function("iopages_no_such", as: Nothing.self)
    }
  }

  @Test func readsTheLoadersReasons() {
    let name = "libx.so.1"
    #expect(
      PeerLibrary.failure(
        reason: "libx.so.1: cannot open shared object file: No such file or directory", name: name)
        == nil)
    #expect(
      PeerLibrary.failure(
        reason: "/lib/libx.so.1: cannot allocate memory in static TLS block", name: name)
        == .lacksStaticTLS)
    // A library that is there, and lacks one that it needs.
    let reason = "liby.so.2: cannot open shared object file: No such file or directory"
    #expect(PeerLibrary.failure(reason: reason, name: name) == .unusable(reason))
  }
}
