// The names of Mirage's Io_page, so that typing one gives a fix-it to the name used here. None of
// them can be called; docs/ComingFromMirage.md has the whole table.

public import PagePools

// swift-format-ignore: AlwaysUseLowerCamelCase
extension PagePool {
  @available(*, unavailable, renamed: "allocate(pages:)")
  public func get(_ pages: Int) -> Never { fatalError() }

  @available(*, unavailable, renamed: "allocate(order:)")
  public func get_order(_ order: Int) -> Never { fatalError() }

  @available(*, unavailable, renamed: "allocate(singlePages:)")
  public func pages(_ count: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use allocate(singlePages: 1 << order).")
  public func pages_order(_ order: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use allocate(pages:), then bytes or mutableBytes.")
  public func get_buf(_ pages: Int = 1) -> Never { fatalError() }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
extension IOPage {
  @available(*, unavailable, renamed: "pageSize")
  public static var page_size: Int { fatalError() }

  @available(*, unavailable, renamed: "baseAddress")
  public func get_addr() -> Never { fatalError() }

  @available(*, unavailable, renamed: "pageNumber")
  public func get_page() -> Never { fatalError() }

  @available(*, unavailable, renamed: "byteCount")
  public var length: Int { fatalError() }

  @available(*, unavailable, message: "Use PageBuffer(_:), or bytes and mutableBytes to look.")
  public func to_cstruct() -> Never { fatalError() }

  @available(*, unavailable, renamed: "init(adopting:from:)")
  public static func of_cstruct_exn(_ buffer: UnsafeMutableRawBufferPointer) -> Never {
    fatalError()
  }

  @available(*, unavailable, message: "Use String(decoding:) or [UInt8](copying:).")
  public func to_string() -> Never { fatalError() }

  @available(*, unavailable, renamed: "split()")
  public func to_pages() -> Never { fatalError() }

  @available(*, unavailable, renamed: "copyBytes(from:at:)")
  public func string_blit(
    _ source: String, _ sourceOffset: Int, _ destination: Int, _ length: Int
  ) -> Never { fatalError() }

  @available(*, unavailable, renamed: "copyBytes(from:)")
  public func blit(_ other: borrowing IOPage) -> Never { fatalError() }

  @available(*, unavailable, renamed: "roundedUpToPageSize(_:)")
  public static func round_to_page_size(_ byteCount: Int) -> Never { fatalError() }
}

@available(*, unavailable, renamed: "IOPage")
public typealias Io_page = IOPage

@available(*, unavailable, renamed: "OutOfMemory")
public typealias Out_of_memory = OutOfMemory

// swift-format-ignore: AlwaysUseLowerCamelCase
@available(*, unavailable, renamed: "AdoptionError.notPageAligned")
public let Buffer_is_not_page_aligned = AdoptionError.notPageAligned

// swift-format-ignore: AlwaysUseLowerCamelCase
@available(*, unavailable, renamed: "AdoptionError.notWholePages")
public let Buffer_not_multiple_of_page_size = AdoptionError.notWholePages

// swift-format-ignore: TypeNamesShouldBeCapitalized
extension IOPage {
  @available(*, unavailable, renamed: "IOPage")
  public typealias t = IOPage

  @available(*, unavailable, renamed: "RawSpan")
  public typealias buf = RawSpan
}
