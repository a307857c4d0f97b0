import IORings
import SystemPackage
import Testing

@Suite struct RingErrorTests {
  @Test(arguments: [Errno.noFunction, .notPermitted, .permissionDenied])
  func aKernelWithoutRingsIsARefusal(errno: Errno) {
    guard case .refused(errno) = RingError.settingUp(errno) else {
      Issue.record("\(RingError.settingUp(errno))")
      return
    }
  }

  @Test func aKernelOutOfDescriptorsIsAFailure() {
    guard case .failed("io_uring_setup", .tooManyOpenFiles) = RingError.settingUp(.tooManyOpenFiles)
    else {
      Issue.record("\(RingError.settingUp(.tooManyOpenFiles))")
      return
    }
  }

  @Test func pinningTooMuchNamesTheLimit() {
    let error = RingError.registering(byteCount: 65_536, .noMemory)
    guard case .memoryLockLimit(byteCount: 65_536) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains("memlock"))
    #expect(error.description.contains("65536"))
  }

  @Test func aSignalIsNoFailure() {
    guard case .interrupted = RingError.entering(.interrupted) else {
      Issue.record("\(RingError.entering(.interrupted))")
      return
    }
  }

  @Test func everyDescriptionIsOneSentenceWithoutAFullStop() {
    let errors: [RingError] = [
      .refused(.notPermitted), .memoryLockLimit(byteCount: 1), .interrupted, .full,
      .failed(call: "io_uring_enter", .badAddress),
    ]
    for error in errors {
      #expect(!error.description.isEmpty)
      #expect(!error.description.hasSuffix("."))
      #expect(!error.description.contains("\n"))
    }
  }
}
