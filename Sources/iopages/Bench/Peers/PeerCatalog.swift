// The allocators that ours is compared with, where they are found, and what to install where they
// are not.

import CBenchSupport
import Glibc
import IOPages

/// A subject that could not be had.
struct AbsentSubject: Equatable {
  var name: SubjectName
  var reason: String
  /// The Debian package that brings it; nil if that is not what is missing.
  var package: String?

  var description: String {
    "\(name.rawValue): \(reason)" + (package.map { "; apt-get install \($0)" } ?? "")
  }
}

/// Finds the peers that are there.
struct PeerCatalog {
  private(set) var subjects: [AnySubject] = []
  private(set) var absent: [AbsentSubject] = []
  /// Whether one of the absent could be had in a process with more room for thread-local state.
  private(set) var lacksStaticTLS = false
  private var environment: Result<DPDKEnvironment, PeerLibrary.Failure>?

  /// The objects in DPDK's pool: 1 GiB of pages.
  private static let mempoolObjectCount = 262_143
  private static let mempoolCacheSize = 512

  /// Opens those of the names that are peers.
  mutating func open(_ names: [SubjectName]) {
    for name in names {
      do throws(PeerLibrary.Failure) {
        if let subject = try subject(name) { subjects.append(subject) }
      } catch {
        note(name, error)
      }
    }
  }

  /// Opens a peer; nil if `name` is not one.
  private mutating func subject(_ name: SubjectName) throws(PeerLibrary.Failure) -> AnySubject? {
    switch name {
    case .glibc: .posix(try openGlibc())
    case .jemalloc: .flagged(try openJemalloc())
    case .mimalloc: .sized(try openMimalloc())
    case .tcmalloc: .aligned(try openTcmalloc())
    case .dpdkMalloc: .dpdkMalloc(try openDPDKMalloc())
    case .dpdkMempool: .dpdkMempool(try openDPDKMempool())
    case .pages, .frames, .buddy, .none, .loop: nil
    case .pageBuffer, .sharedPageBuffer, .rawPointer, .c, .poolSet: nil
    case .singleProducerRing, .multiProducerRing, .lamportQueue: nil
    }
  }

  private mutating func note(_ name: SubjectName, _ failure: PeerLibrary.Failure) {
    switch failure {
    case .absent:
      absent.append(
        AbsentSubject(
          name: name, reason: "not found on this machine",
          package: PeerCatalog.debianPackage(of: name)))
    case .lacksStaticTLS:
      lacksStaticTLS = true
      absent.append(
        AbsentSubject(name: name, reason: "the loader has no room for its thread-local state"))
    case .unusable(let reason):
      absent.append(AbsentSubject(name: name, reason: reason))
    }
  }

  /// What brings a peer on Debian.
  static func debianPackage(of name: SubjectName) -> String? {
    switch name {
    case .jemalloc: "libjemalloc2"
    case .mimalloc: "libmimalloc2.0"
    case .tcmalloc: "libtcmalloc-minimal4"
    case .dpdkMalloc: "librte-eal23"
    case .dpdkMempool: "libdpdk-dev, and run Scripts/bench, which compiles its loops"
    case .glibc, .pages, .frames, .buddy, .none, .loop: nil
    case .pageBuffer, .sharedPageBuffer, .rawPointer, .c, .poolSet: nil
    case .singleProducerRing, .multiProducerRing, .lamportQueue: nil
    }
  }

  // In all of these: the types of the functions are those of the libraries' headers.

  private func openGlibc() throws(PeerLibrary.Failure) -> POSIXAllocator {
    let library = try PeerLibrary(oneOf: ["libc.so.6"])
    return try unsafe POSIXAllocator(
      allocate: library.function("posix_memalign", as: POSIXAllocator.Allocate.self),
      free: library.function("free", as: bench_free_function.self))
  }

  private func openJemalloc() throws(PeerLibrary.Failure) -> FlaggedAllocator {
    let library = try PeerLibrary(oneOf: ["libjemalloc.so.2"])
    return try unsafe FlaggedAllocator(
      allocate: library.function("mallocx", as: FlaggedAllocator.Allocate.self),
      free: library.function("sdallocx", as: FlaggedAllocator.Free.self))
  }

  private func openMimalloc() throws(PeerLibrary.Failure) -> SizedAllocator {
    let library = try PeerLibrary(oneOf: ["libmimalloc.so.3", "libmimalloc.so.2"])
    return try unsafe SizedAllocator(
      allocate: library.function("mi_malloc_aligned", as: SizedAllocator.Allocate.self),
      free: library.function("mi_free_size_aligned", as: SizedAllocator.Free.self))
  }

  private func openTcmalloc() throws(PeerLibrary.Failure) -> AlignedAllocator {
    let library = try PeerLibrary(oneOf: ["libtcmalloc_minimal.so.4", "libtcmalloc.so.4"])
    return try unsafe AlignedAllocator(
      name: .tcmalloc,
      allocate: library.function("tc_memalign", as: bench_allocate_function.self),
      free: library.function("tc_free", as: bench_free_function.self))
  }

  private mutating func startedEnvironment() throws(PeerLibrary.Failure) -> DPDKEnvironment {
    if let environment { return try environment.get() }
    let processor = (try? Processors())?.numbers.first ?? 0
    let started = Result { () throws(PeerLibrary.Failure) in
      try DPDKEnvironment(processor: processor)
    }
    environment = started
    return try started.get()
  }

  private mutating func openDPDKMalloc() throws(PeerLibrary.Failure) -> DPDKMalloc {
    let environment = try startedEnvironment()
    let library = environment.library
    return try unsafe DPDKMalloc(
      environment: environment,
      allocate: library.function("rte_malloc", as: DPDKMalloc.Allocate.self),
      free: library.function("rte_free", as: bench_free_function.self))
  }

  private mutating func openDPDKMempool() throws(PeerLibrary.Failure) -> DPDKMempool {
    // The loops come first: without them DPDK need not be started.
    let library = try PeerLibrary(oneOf: [PeerCatalog.mempoolLoopsPath])
    let environment = try startedEnvironment()
    typealias Open = @convention(c) (Int, Int, Int) -> Int32
    let open = try unsafe library.function("iopages_mempool_open", as: Open.self)
    let result = open(
      PeerCatalog.mempoolObjectCount, IOPage.pageSize, PeerCatalog.mempoolCacheSize)
    guard result == 0 else {
      throw .unusable("rte_mempool_create failed with error \(result)")
    }
    return try unsafe DPDKMempool(
      environment: environment,
      takeOne: library.function("iopages_mempool_take", as: DPDKMempool.Take.self),
      giveOne: library.function("iopages_mempool_give", as: bench_free_function.self),
      pairLoop: library.function("iopages_mempool_pairs", as: DPDKMempool.Loop.self),
      burstLoop: library.function("iopages_mempool_bursts", as: DPDKMempool.Bursts.self),
      fillLoop: library.function("iopages_mempool_fill", as: DPDKMempool.Slots.self),
      drainLoop: library.function("iopages_mempool_drain", as: DPDKMempool.Slots.self))
  }

  /// The library that Scripts/bench compiles: beside this program.
  static var mempoolLoopsPath: String {
    let library = "libiopages-bench-mempool.so"
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    // Writes at most the given number of bytes to the array.
    let length = unsafe readlink("/proc/self/exe", &path, path.count)
    guard length > 0 else { return library }
    let program = String(decoding: path[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = program.lastIndex(of: "/").map { program[...$0] } ?? ""
    return folder + library
  }
}
