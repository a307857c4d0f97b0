// The pages behind a region, as the command line names them.

import ArgumentParser
import IOPages

/// What a region is made of.
enum HugePages: String, ExpressibleByArgument, CaseIterable {
  case none
  case transparent
  case of2MiB = "2M"
  case of1GiB = "1G"

  var backing: Backing {
    switch self {
    case .none: .basePages
    case .transparent: .transparentHugePages
    case .of2MiB: .hugePages2MiB
    case .of1GiB: .hugePages1GiB
    }
  }

  init(_ backing: Backing) {
    self =
      switch backing {
      case .basePages: .none
      case .transparentHugePages: .transparent
      case .hugePages2MiB: .of2MiB
      case .hugePages1GiB: .of1GiB
      }
  }
}
