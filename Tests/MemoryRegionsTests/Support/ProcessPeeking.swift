// Looking into another process's memory, as a debugger does.

import Glibc

// Withheld by the importer, so it is declared here with the types of the C library.
@_silgen_name("process_vm_readv") private func readProcess(
  _ process: Int32, _ local: UnsafePointer<iovec>, _ localCount: UInt,
  _ remote: UnsafePointer<iovec>, _ remoteCount: UInt, _ flags: UInt
) -> Int

/// The ways to look.
enum Peeking: CaseIterable {
  /// process_vm_readv(2).
  case call
  /// /proc/PID/mem.
  case file

  /// The byte at an address of a process; nil if it cannot be read.
  func byte(at address: Int, of process: Int32) -> UInt8? {
    var byte: UInt8 = 0
    let count = unsafe withUnsafeMutablePointer(to: &byte) { byte in
      switch self {
      case .call:
        // Both vectors name one byte; the remote one is not looked into here.
        var local = unsafe iovec(iov_base: byte, iov_len: 1)
        var remote = unsafe iovec(
          iov_base: UnsafeMutableRawPointer(bitPattern: address), iov_len: 1)
        return unsafe readProcess(process, &local, 1, &remote, 1, 0)
      case .file:
        let file = unsafe open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        defer { _ = close(file) }
        // One byte is written, inside the call.
        return unsafe pread(file, byte, 1, address)
      }
    }
    return count == 1 ? byte : nil
  }
}
