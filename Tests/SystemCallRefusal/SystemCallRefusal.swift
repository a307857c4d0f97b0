// What a container's seccomp profile does: the kernel refuses some system calls, with EPERM or as if it
// did not have them. A filter is for good, so it is for exit tests, whose process is their own, and for
// programs that start others.

import Glibc

// Variadic, so it is declared with the types that it is used with, which the C calling conventions of
// Linux allow.
@_silgen_name("prctl") private func processControl(
  _ option: Int32, _ second: UInt, _ third: UInt, _ fourth: UInt, _ fifth: UInt
) -> Int32

/// The numbers of system calls that tests refuse.
package enum SystemCallNumber {
  #if arch(x86_64)
    package static let mbind: UInt32 = 237
    package static let setMempolicy: UInt32 = 238
    package static let getMempolicy: UInt32 = 239
    package static let movePages: UInt32 = 279
    package static let membarrier: UInt32 = 324
    package static let adviseMemory: UInt32 = 28
    package static let lockMemory: UInt32 = 325
    package static let createMemoryFile: UInt32 = 319
    package static let allocateFile: UInt32 = 285
    package static let moveMapping: UInt32 = 25
  #elseif arch(arm64)
    package static let mbind: UInt32 = 235
    package static let getMempolicy: UInt32 = 236
    package static let setMempolicy: UInt32 = 237
    package static let movePages: UInt32 = 239
    package static let membarrier: UInt32 = 283
    package static let adviseMemory: UInt32 = 233
    package static let lockMemory: UInt32 = 284
    package static let createMemoryFile: UInt32 = 279
    package static let allocateFile: UInt32 = 47
    package static let moveMapping: UInt32 = 216
  #endif
  // The same on every architecture.
  package static let createSecretFile: UInt32 = 447
  package static let setMempolicyHomeNode: UInt32 = 450
  package static let ioUringSetup: UInt32 = 425
  package static let ioUringRegister: UInt32 = 427
}

/// Makes the kernel refuse what is about memory policies, and moving pages: what Docker's profile
/// refuses without CAP_SYS_NICE. As ``refuse(_:)``.
package func refuseMemoryPolicies() -> Bool {
  refuse(
    SystemCallNumber.mbind, SystemCallNumber.getMempolicy, SystemCallNumber.setMempolicy,
    SystemCallNumber.setMempolicyHomeNode, SystemCallNumber.movePages)
}

/// Makes the kernel refuse these calls to this thread, and to the processes it starts, as a
/// container's seccomp profile does: with EPERM, or another errno. False if the kernel has no seccomp
/// filters.
package func refuse(_ calls: UInt32..., with errno: Int32 = EPERM) -> Bool {
  // struct sock_filter: u16 code, u8 jump-if-true, u8 jump-if-false, u32 value.
  func instruction(_ code: UInt64, _ ifTrue: UInt64, _ ifFalse: UInt64, _ value: UInt32) -> UInt64 {
    code | ifTrue << 16 | ifFalse << 24 | UInt64(value) << 32
  }
  let (loadWord, jumpIfEqual, answer): (UInt64, UInt64, UInt64) = (0x20, 0x15, 0x06)
  let (allow, fail): (UInt32, UInt32) = (0x7fff_0000, 0x0005_0000 | UInt32(errno))
  var program = [instruction(loadWord, 0, 0, 0)]
  for call in calls {
    program.append(instruction(jumpIfEqual, 0, 1, call))
    program.append(instruction(answer, 0, 0, fail))
  }
  program.append(instruction(answer, 0, 0, allow))
  let (setNoNewPrivileges, setSeccomp, filterMode): (Int32, Int32, UInt) = (38, 22, 2)
  guard processControl(setNoNewPrivileges, 1, 0, 0, 0) == 0 else { return false }
  // struct sock_fprog: u16 length, padding, pointer. The kernel copies both before it returns.
  return unsafe program.withUnsafeBufferPointer { instructions in
    let header = [UInt(instructions.count), UInt(bitPattern: instructions.baseAddress)]
    return unsafe header.withUnsafeBufferPointer { header in
      processControl(setSeccomp, filterMode, UInt(bitPattern: header.baseAddress), 0, 0) == 0
    }
  }
}
