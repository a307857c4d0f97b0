// One step of a twin model: a kind, and three numbers that the twin takes modulo what there is. So any
// step may follow any other, a list that was shortened is a list still, and four bytes of a fuzzer's
// input are a step.

/// One thing that is done to pools, pages and buffers.
package struct PoolStep: Equatable, Sendable {
  package enum Kind: UInt8, CaseIterable, Sendable {
    // Pages
    case block, run, singles, drop, dropMany, split, extract, takeApart, write
    // Pools
    case drain, check, trim, extend, refuseMemory, move
    // Addresses
    case release, adopt, adoptWrongly, freeReleased
    // Clients and pressure
    case openView, closeView, stash
    // Buffers
    case buffer, bufferOfPage, takeFirst, takeLast, splitBuffer, narrow, join, writeBuffer
    case freeze, slice, copyShared, thaw, releaseRest, takePages, dropBuffer, dropShared
    // Lists
    case append, prepend, removeFirst, removeLast, takeFirstOfList, pop, copyOut
  }

  package var kind: Kind
  package var first: UInt8
  package var second: UInt8
  package var third: UInt8

  package init(_ kind: Kind, _ first: UInt8 = 0, _ second: UInt8 = 0, _ third: UInt8 = 0) {
    self.kind = kind
    self.first = first
    self.second = second
    self.third = third
  }
}

extension PoolStep {
  package static let byteCount = 4

  /// The steps that bytes stand for; what is left over is none.
  package static func steps(from bytes: some Collection<UInt8>, of kinds: [Kind]) -> [PoolStep] {
    let bytes = Array(bytes)
    return stride(from: 0, through: bytes.count - byteCount, by: byteCount).map { start in
      PoolStep(
        kinds[Int(bytes[start]) % kinds.count], bytes[start + 1], bytes[start + 2],
        bytes[start + 3])
    }
  }

  /// The bytes that stand for steps of these kinds.
  package static func bytes(of steps: [PoolStep], _ kinds: [Kind]) -> [UInt8] {
    steps.flatMap { step in
      [UInt8(kinds.firstIndex(of: step.kind) ?? 0), step.first, step.second, step.third]
    }
  }
}

extension PoolStep {
  /// The same step with a smaller number: a small one, or half of what it is.
  package var simpler: [PoolStep] {
    var steps: [PoolStep] = []
    for place in [\PoolStep.first, \.second, \.third] where self[keyPath: place] > 0 {
      let number = self[keyPath: place]
      for number in Array(0..<min(number, 4)) + (number > 8 ? [number / 2] : []) {
        var step = self
        step[keyPath: place] = number
        steps.append(step)
      }
    }
    return steps
  }
}

extension PoolStep: CustomStringConvertible {
  /// The step as Swift source.
  package var description: String { "PoolStep(.\(kind), \(first), \(second), \(third))" }
}
