// The table that fails when it is told to. Each entry asks first, and then is the entry below.

import SystemPackage

extension SystemCalls {
  /// This table, whose calls fail as `faults` says. A call that fails is not made; close(2) alone is,
  /// since the kernel lets go of a descriptor even when it answers with an error.
  package func failing(_ faults: SystemCallFaults) -> SystemCalls {
    var table = self
    table.map = { (mapping, byteCount) throws(Errno) in
      try faults.admit(.map)
      return try map(mapping, byteCount)
    }
    table.move = { (address, byteCount, target) throws(Errno) in
      try faults.admit(.move)
      try move(address, byteCount, target)
    }
    table.unmap = { (address, byteCount) throws(Errno) in
      try faults.admit(.unmap)
      try unmap(address, byteCount)
    }
    table.protect = { (address, byteCount, access) throws(Errno) in
      try faults.admit(.protect)
      try protect(address, byteCount, access)
    }
    table.advise = { (address, byteCount, advice) throws(Errno) in
      try faults.admit(.advise(advice))
      try advise(address, byteCount, advice)
    }
    table.touch = { (address, byteCount) throws(Errno) in
      try faults.admit(.touch)
      try touch(address, byteCount)
    }
    table.lockOnFault = { (address, byteCount) throws(Errno) in
      try faults.admit(.lockOnFault)
      try lockOnFault(address, byteCount)
    }
    failFiles(&table, faults)
    failOwnership(&table, faults)
    failPlacement(&table, faults)
    table.lockLimit = { () throws(Errno) in
      try faults.admit(.lockLimit)
      return try lockLimit()
    }
    table.readFile = { (path) throws(Errno) in
      try faults.admit(.readFile)
      return try readFile(path)
    }
    return table
  }

  private func failFiles(_ table: inout SystemCalls, _ faults: SystemCallFaults) {
    table.createMemoryFile = { (name, hugePageShift) throws(Errno) in
      try faults.admit(.createMemoryFile)
      return try createMemoryFile(name, hugePageShift)
    }
    table.createSecretFile = { () throws(Errno) in
      try faults.admit(.createSecretFile)
      return try createSecretFile()
    }
    table.resize = { (descriptor, byteCount) throws(Errno) in
      try faults.admit(.resize)
      try resize(descriptor, byteCount)
    }
    table.sealSize = { (descriptor) throws(Errno) in
      try faults.admit(.sealSize)
      try sealSize(descriptor)
    }
    table.punchHole = { (descriptor, offset, byteCount) throws(Errno) in
      try faults.admit(.punchHole)
      try punchHole(descriptor, offset, byteCount)
    }
    table.close = { (descriptor) throws(Errno) in
      try close(descriptor)
      try faults.admit(.close)
    }
  }

  private func failOwnership(_ table: inout SystemCalls, _ faults: SystemCallFaults) {
    table.openAgain = { (descriptor) throws(Errno) in
      try faults.admit(.openAgain)
      return try openAgain(descriptor)
    }
    table.memoryFileState = { (descriptor) throws(Errno) in
      try faults.admit(.memoryFileState)
      return try memoryFileState(descriptor)
    }
    table.ownFile = { (descriptor) throws(Errno) in
      try faults.admit(.ownFile)
      return try ownFile(descriptor)
    }
    table.holdForks = { () throws(Errno) in
      try faults.admit(.holdForks)
      try holdForks()
    }
  }

  private func failPlacement(_ table: inout SystemCalls, _ faults: SystemCallFaults) {
    table.bind = { (address, byteCount, policy) throws(Errno) in
      try faults.admit(.bind)
      try bind(address, byteCount, policy)
    }
    table.bindIfObeyed = { (address, byteCount, policy) throws(Errno) in
      try faults.admit(.bindIfObeyed)
      try bindIfObeyed(address, byteCount, policy)
    }
    table.setHomeNode = { (address, byteCount, node) throws(Errno) in
      try faults.admit(.setHomeNode)
      try setHomeNode(address, byteCount, node)
    }
    table.policy = { (address) throws(Errno) in
      try faults.admit(.policy)
      return try policy(address)
    }
    table.node = { (address) throws(Errno) in
      try faults.admit(.node)
      return try node(address)
    }
    table.nodes = { (pages) throws(Errno) in
      try faults.admit(.nodes)
      return try nodes(pages)
    }
    table.movePages = { (pages, node) throws(Errno) in
      try faults.admit(.movePages)
      return try movePages(pages, node)
    }
    table.processorNode = { () throws(Errno) in
      try faults.admit(.processorNode)
      return try processorNode()
    }
  }
}
