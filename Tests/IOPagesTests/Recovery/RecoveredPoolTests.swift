import Glibc
import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

/// What a process leaves behind is made in a forked child each time, in a process of its own.
@Suite struct RecoveredPoolTests {
  @Test func blocksAreTakenOnceWithTagsAndBytes() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try fileOfClosedPool()
      let owner = forkedChild {
        do {
          let pool = try PagePool.recover(from: file).pool
          var ring = try pool.allocate(pages: 5, tag: "rx-ring")
          ring.storeBytes(of: 77, toByteOffset: 4 * 4096, as: UInt64.self)
          var pages = try pool.allocate(singlePages: 2, tag: "packet")
          let freed = try pool.allocate(order: 4, tag: "freed")
          let untagged = try pool.allocate(order: 0)
          _ = consume freed
          // Nobody gives these back.
          _ = unsafe untagged.release()
          _ = unsafe ring.release()
          while let page = pages.popLast() { _ = unsafe page.release() }
          _exit(0)
        } catch {
          return 1
        }
      }
      guard endOfChild(owner) == .status(0) else { exit(10) }
      var recovered = try PagePool.recover(from: file)
      guard recovered.generation == 3, recovered.intent == nil else { exit(11) }
      guard recovered.blocks.map(\.pages.count).sorted() == [1, 1, 1, 5] else { exit(12) }
      guard recovered.blocks.filter({ $0.tag == "packet" }).count == 2 else { exit(13) }
      guard recovered.blocks.filter({ $0.tag == .none }).count == 1 else { exit(14) }
      guard let ring = recovered.blocks.first(where: { $0.tag == "rx-ring" }) else { exit(15) }
      guard let pages = recovered.take(ring), pages.pageCount == 5,
        pages.load(fromByteOffset: 4 * 4096, as: UInt64.self) == 77
      else { exit(16) }
      guard recovered.take(ring) == nil else { exit(17) }
      let other = RecoveredBlock(tag: "rx-ring", pages: 200..<201)
      guard recovered.take(other) == nil else { exit(18) }
      guard recovered.remainingBlocks.count == 3 else { exit(19) }
      guard recovered.pool.statistics.allocatedPages == 8 else { exit(20) }
      recovered.freeAll()
      guard recovered.remainingBlocks.isEmpty,
        recovered.pool.statistics.allocatedPages == 5
      else { exit(21) }
      // What the former owner left is not shown to the next.
      _ = consume pages
      let all = try recovered.pool.allocate(order: 8)
      for page in 0..<256 where all.load(fromByteOffset: page * 4096, as: UInt64.self) != 0 {
        exit(22)
      }
      try recovered.pool.checkInvariants()
    }
  }

  @Test func whatIsNotTakenIsThereForTheNextOne() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try fileOfClosedPool()
      for round in 0..<3 {
        let owner = forkedChild {
          guard let recovered = try? PagePool.recover(from: file),
            recovered.blocks.count == round,
            let page = try? recovered.pool.allocate(order: 1, tag: AllocationTag(value: 40))
          else { return 1 }
          _ = unsafe page.release()
          _exit(0)
        }
        guard endOfChild(owner) == .status(0) else { exit(10) }
      }
      let recovered = try PagePool.recover(from: file)
      guard recovered.blocks.count == 3, recovered.blocks.allSatisfy({ $0.tag.value == 40 })
      else { exit(11) }
    }
  }

  /// The books of an inspected pool know recovered blocks by their tags.
  @Test func recoveredPagesAreInTheLeakReport() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try fileOfClosedPool()
      let owner = forkedChild {
        guard let pool = try? PagePool.recover(from: file).pool,
          let page = try? pool.allocate(pages: 6, tag: "left")
        else { return 1 }
        _ = unsafe page.release()
        _exit(0)
      }
      guard endOfChild(owner) == .status(0) else { exit(10) }
      var recovered = try PagePool.recover(from: file, inspection: .debugging())
      let entries = recovered.pool.leakReport.entries
      guard entries.count == 1, entries[0].tag == "left", entries[0].pages == 6 else { exit(11) }
      recovered.freeAll()
      guard recovered.pool.leakReport.isEmpty else { exit(12) }
      let page = try recovered.pool.allocate(order: 2)
      guard page.pageCount == 4 else { exit(13) }
    }
  }

  /// A forked child neither is the owner nor keeps the file owned when the owner is gone.
  @Test func aForkedChildDoesNotKeepTheOwnership() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try fileOfClosedPool()
      let grandchild = SharedWord()
      let owner = forkedChild {
        guard let pool = try? PagePool.recover(from: file).pool,
          let page = try? pool.allocate(pages: 2, tag: "kept")
        else { return 1 }
        _ = unsafe page.release()
        let child = forkedChild {
          // The parent's pool is not this process's.
          guard pool.fileDescriptor == nil, (try? pool.allocate(order: 0)) == nil else { return 2 }
          grandchild.value = UInt64(getpid())
          // Should the test end before it ends this process.
          alarm(60)
          while true { pause() }
        }
        _ = endOfChild(child)
        return 3
      }
      let child = Int32(grandchild.wait(for: owner))
      defer { kill(child, SIGKILL) }
      guard (try? recoverAndForget(file)) == nil else { exit(10) }
      guard kill(owner, SIGKILL) == 0, endOfChild(owner) == .signal(SIGKILL) else { exit(11) }
      guard kill(child, 0) == 0 else { exit(12) }
      let recovered = try PagePool.recover(from: file)
      guard recovered.blocks.map(\.tag) == ["kept"] else { exit(13) }
    }
  }

  /// Each system call of a recovery fails in turn: an error of the right type, and nothing is lost.
  @Test func aRecoveryThatFailsCanBeTriedAgain() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try fileOfClosedPool()
      let owner = forkedChild {
        guard let pool = try? PagePool.recover(from: file).pool,
          let page = try? pool.allocate(pages: 9, tag: "left")
        else { return 1 }
        _ = unsafe page.release()
        _exit(0)
      }
      guard endOfChild(owner) == .status(0) else { exit(10) }
      var refusals = 0
      for number in 1... {
        // A pool that is recovered all the same is left behind again.
        let attempt = forkedChild {
          let faults = SystemCallFaults()
          faults.fail(.number(number), with: .noMemory)
          do throws(RecoveryError) {
            let recovered = try PagePool.recover(
              from: file, afterStore: nil, systemCalls: SystemCalls.linux.failing(faults))
            guard recovered.blocks.map(\.tag) == ["left"] else { _exit(3) }
            _exit(faults.failed.isEmpty ? 1 : 0)
          } catch {
            guard case .region(let refusal) = error, refusal.errno == .noMemory else { _exit(4) }
            _exit(2)
          }
        }
        let end = endOfChild(attempt)
        if end == .status(1) { break }
        guard end == .status(0) || end == .status(2) else { exit(11) }
        if end == .status(2) { refusals += 1 }
      }
      guard refusals >= 8 else { exit(12) }
      var recovered = try PagePool.recover(from: file)
      guard recovered.blocks.map(\.pages.count) == [9] else { exit(13) }
      recovered.freeAll()
    }
  }

  /// The owner was stopped in a free. Each system call of a recovery fails in turn: what is refused has
  /// stored nothing, and the next recovery still tells of the free.
  @Test func aRefusedRecoveryLeavesTheFileAsItWas() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try fileOfClosedPool(pages: 64, largestOrder: 5)
      let owner = forkedChild {
        let stores = StoreCounter()
        let freeing = StoreCounter()
        let pool = try? PagePool.recover(
          from: file,
          afterStore: {
            // The eighth store of a free is the first one after its announcement.
            if freeing.value > 0, stores.add() == 8 { _exit(9) }
          }
        ).pool
        guard let pool, let page = try? pool.allocate(pages: 4, tag: "freed") else { return 1 }
        freeing.add()
        _ = consume page
        return 2
      }
      guard endOfChild(owner) == .status(9) else { exit(10) }
      let before = try bytes(of: file)
      var refusals = 0
      for number in 1... {
        let copy = try copyOfMemoryFile(file)
        let faults = SystemCallFaults()
        faults.fail(.number(number), with: .noMemory)
        do throws(RecoveryError) {
          let recovered = try PagePool.recover(
            from: copy, afterStore: nil, systemCalls: SystemCalls.linux.failing(faults))
          guard recovered.intent?.operation == .free, recovered.blocks.isEmpty else { exit(11) }
          if faults.failed.isEmpty { break }
        } catch {
          refusals += 1
          guard try bytes(of: copy) == before else { exit(12) }
          let recovered = try PagePool.recover(from: copy)
          guard recovered.intent?.tag == "freed", recovered.generation == 3 else { exit(13) }
        }
        try copy.close()
      }
      guard refusals >= 8 else { exit(14) }
    }
  }
}
