// The table's entries on Linux: the only file of this target that calls libc. Each entry is one
// call and its errno; what to ask for, and what to make of the answer, is decided by the callers.

import CPageMemory
import Glibc
import SystemPackage

extension SystemCalls {
  /// The kernel this process runs on.
  package static let linux = SystemCalls(
    map: mapMemory,
    move: { (address, byteCount, target) throws(Errno) in
      _ = try result(page_memory_move_mapping(UInt(address), UInt(byteCount), UInt(target)))
    },
    unmap: { (address, byteCount) throws(Errno) in
      // SAFETY of this table's calls: an address is that of a mapping that the caller made.
      try check(unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount))
    },
    protect: { (address, byteCount, access) throws(Errno) in
      let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address)
      let protection = access == .none ? PROT_NONE : PROT_READ | PROT_WRITE
      try check(unsafe mprotect(pointer, byteCount, protection))
    },
    advise: { (address, byteCount, advice) throws(Errno) in
      _ = try result(page_memory_advise(UInt(address), UInt(byteCount), advice.number))
    },
    touch: { (address, byteCount) throws(Errno) in
      page_memory_touch(UInt(address), UInt(byteCount))
    },
    lockOnFault: { (address, byteCount) throws(Errno) in
      _ = try result(page_memory_lock_on_fault(UInt(address), UInt(byteCount)))
    },
    createMemoryFile: { (name, hugePageShift) throws(Errno) in
      // The kernel copies the name before the call returns.
      try result(unsafe page_memory_create_memory_file(name, Int32(hugePageShift)))
    },
    createSecretFile: { () throws(Errno) in try result(page_memory_create_secret_file()) },
    resize: { (descriptor, byteCount) throws(Errno) in
      try check(ftruncate(descriptor, byteCount))
    },
    sealSize: { (descriptor) throws(Errno) in _ = try result(page_memory_seal_size(descriptor)) },
    openAgain: { (descriptor) throws(Errno) in
      try result(page_memory_open_again(descriptor))
    },
    memoryFileState: queryMemoryFile,
    ownFile: { (descriptor) throws(Errno) in try result(page_memory_own_file(descriptor)) },
    disownFile: { page_memory_disown_file($0) },
    holdForks: { () throws(Errno) in _ = try result(page_memory_hold_forks()) },
    releaseForks: { page_memory_release_forks() },
    punchHole: { (descriptor, offset, byteCount) throws(Errno) in
      _ = try result(page_memory_punch_hole(descriptor, Int64(offset), Int64(byteCount)))
    },
    close: { (descriptor) throws(Errno) in try check(Glibc.close(descriptor)) },
    bind: { (address, byteCount, policy) throws(Errno) in
      try setPolicy(address, byteCount, policy, strict: false)
    },
    bindIfObeyed: { (address, byteCount, policy) throws(Errno) in
      try setPolicy(address, byteCount, policy, strict: true)
    },
    setHomeNode: { (address, byteCount, node) throws(Errno) in
      guard let number = UInt(exactly: node.number) else { throw .invalidArgument }
      _ = try result(page_memory_set_home_node(UInt(address), UInt(byteCount), number))
    },
    policy: queryPolicy,
    node: { (address) throws(Errno) in try result(page_memory_node_at(UInt(address))) },
    nodes: { (pages) throws(Errno) in try moveOrFind(pages, to: nil) },
    movePages: { (pages, node) throws(Errno) in try moveOrFind(pages, to: node) },
    processorNode: { () throws(Errno) in try result(page_memory_processor_node()) },
    lockLimit: { () throws(Errno) in
      let limit = page_memory_lock_limit()
      guard limit >= 0 else { throw Errno(rawValue: CInt(-limit)) }
      return Int(limit)
    },
    pageByteCount: { sysconf(CInt(_SC_PAGESIZE)) },
    processorCount: { sysconf(CInt(_SC_NPROCESSORS_CONF)) },
    onlineProcessorCount: { sysconf(CInt(_SC_NPROCESSORS_ONLN)) },
    readFile: readSmallFile)
}

/// The value of a libc call that answers -1 and sets errno.
private func check(_ value: CInt) throws(Errno) {
  if value == -1 { throw Errno(rawValue: errno) }
}

/// The value of a shim that answers the negated errno.
private func result(_ value: CInt) throws(Errno) -> CInt {
  guard value >= 0 else { throw Errno(rawValue: -value) }
  return value
}

private func mapMemory(_ mapping: SystemCalls.Mapping, _ byteCount: Int) throws(Errno) -> Int {
  let protection: CInt
  let position: SystemCalls.Position
  var flags: CInt
  var descriptor: CInt = -1
  var offset = 0
  switch mapping {
  case .reservation(let place):
    (position, protection) = (place, PROT_NONE)
    flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
  case .memory(let place):
    (position, protection) = (place, PROT_READ | PROT_WRITE)
    flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
  case .hugePages(let place, let shift):
    (position, protection) = (place, PROT_READ | PROT_WRITE)
    flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | CInt(shift) << MAP_HUGE_SHIFT
  case .file(let place, let file, let start):
    (position, protection) = (place, PROT_READ | PROT_WRITE)
    flags = MAP_SHARED
    (descriptor, offset) = (file, start)
  }
  var address = 0
  switch position {
  case .anywhere: break
  case .replacing(let place):
    address = place
    flags |= MAP_FIXED
  case .vacant(let place):
    address = place
    flags |= MAP_FIXED_NOREPLACE
  }
  let hint = unsafe UnsafeMutableRawPointer(bitPattern: address)
  // SAFETY: MAP_FIXED is passed only for ranges of the caller's own reservation.
  let mapped = unsafe mmap(hint, byteCount, protection, flags, descriptor, offset)
  guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
    throw Errno(rawValue: errno)
  }
  return Int(bitPattern: mapped)
}

private func setPolicy(
  _ address: Int, _ byteCount: Int, _ policy: MemoryPolicy, strict: Bool
) throws(Errno) {
  guard let mode = policy.mode else { throw .invalidArgument }
  // The kernel copies the mask before the call returns.
  _ = unsafe try policy.nodes.words.withUnsafeBufferPointer { (words) throws(Errno) in
    let mask = policy.nodes.isEmpty ? nil : words.baseAddress
    let bits = UInt(NodeMask.bitCount)
    return unsafe try result(
      page_memory_mbind(
        UInt(address), UInt(byteCount), mode.rawValue, mask, bits, strict ? 1 : 0))
  }
}

private func queryPolicy(_ address: Int) throws(Errno) -> MemoryPolicy {
  var mode: CInt = 0
  var nodes = NodeMask()
  // The shim writes `bitCount` bits, which is what `words` holds.
  _ = unsafe try nodes.words.withUnsafeMutableBufferPointer { (words) throws(Errno) in
    unsafe try result(
      page_memory_policy_at(
        UInt(address), &mode, words.baseAddress, UInt(NodeMask.bitCount)))
  }
  return MemoryPolicy(MemoryPolicy.Mode(rawValue: mode), nodes)
}

private func queryMemoryFile(
  _ descriptor: Int32
) throws(Errno) -> (byteCount: Int, isSealed: Bool) {
  var byteCount: Int64 = 0
  var isSealed: CInt = 0
  // Both are written only inside the call.
  _ = try result(unsafe page_memory_memory_file_state(descriptor, &byteCount, &isSealed))
  return (Int(byteCount), isSealed != 0)
}

private func moveOrFind(_ pages: [Int], to node: Int32?) throws(Errno) -> [Int32] {
  // When it cannot move a page, the kernel may return without answers for those that follow.
  var status = [Int32](repeating: -EBUSY, count: pages.count)
  let addresses = pages.map { UInt($0) }
  let targets = node.map { [Int32](repeating: $0, count: pages.count) }
  // All three arrays have one entry a page, and live until the call returns.
  _ = unsafe try status.withUnsafeMutableBufferPointer { (status) throws(Errno) in
    unsafe try result(
      page_memory_move_pages(UInt(addresses.count), addresses, targets, status.baseAddress))
  }
  return status
}

private func readSmallFile(_ path: String) throws(Errno) -> String {
  let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
  try check(descriptor)
  defer { _ = Glibc.close(descriptor) }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 16384)
  while true {
    // The buffer is written only inside the call, and no further than its count.
    let count = unsafe read(descriptor, &buffer, buffer.count)
    if count == -1 && errno == EINTR { continue }
    if count == -1 { throw Errno(rawValue: errno) }
    if count == 0 { return String(decoding: text, as: UTF8.self) }
    text += buffer[..<count]
  }
}

extension SystemCalls.Advice {
  fileprivate var number: CInt {
    switch self {
    case .populateWrite: CInt(PAGE_MEMORY_POPULATE_WRITE)
    case .discard: CInt(PAGE_MEMORY_DISCARD)
    case .discardLocked: CInt(PAGE_MEMORY_DISCARD_LOCKED)
    case .hugePages: CInt(PAGE_MEMORY_HUGE_PAGES)
    case .noHugePages: CInt(PAGE_MEMORY_NO_HUGE_PAGES)
    case .notInCoreDumps: CInt(PAGE_MEMORY_NOT_IN_CORE_DUMPS)
    case .notInForks: CInt(PAGE_MEMORY_NOT_IN_FORKS)
    case .wipeOnFork: CInt(PAGE_MEMORY_WIPE_ON_FORK)
    case .installGuards: CInt(PAGE_MEMORY_INSTALL_GUARDS)
    case .removeGuards: CInt(PAGE_MEMORY_REMOVE_GUARDS)
    }
  }
}
