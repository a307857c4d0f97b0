// The names of Mirage's Cstruct that are typed most, so that typing one gives a fix-it to the name used
// here. None of them can be called; docs/ComingFromMirage.md has the whole table.

@available(*, unavailable, renamed: "PageBuffer")
public typealias Cstruct = PageBuffer

// swift-format-ignore: AlwaysUseLowerCamelCase
extension PageBuffer {
  @available(*, unavailable, renamed: "init(count:from:)")
  public static func create(_ length: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use init(capacity:from:initializingWith:).")
  public static func create_unsafe(_ length: Int) -> Never { fatalError() }

  @available(*, unavailable, renamed: "init(copying:from:)")
  public static func of_string(_ text: String) -> Never { fatalError() }

  @available(*, unavailable, renamed: "init(copying:from:)")
  public static func of_bytes(_ bytes: [UInt8]) -> Never { fatalError() }

  @available(*, unavailable, renamed: "init(hex:from:)")
  public static func of_hex(_ text: String) -> Never { fatalError() }

  @available(*, unavailable, message: "Use PageBufferList, and init(copying:from:) to copy it.")
  public static func concat(_ buffers: [SharedPageBuffer]) -> Never { fatalError() }

  @available(*, unavailable, message: "Use bytes(in:) to look, extracting(_:) to keep a part.")
  public func sub(_ offset: Int, _ length: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use PageBuffer(copying: bytes(in:), from: pool).")
  public func sub_copy(_ offset: Int, _ length: Int) -> Never { fatalError() }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
extension SharedPageBuffer {
  @available(*, unavailable, message: "Use the subscript: buffer[first..<end].")
  public func sub(_ offset: Int, _ length: Int) -> Never { fatalError() }
}

extension NarrowableBytes where Self: ~Copyable {
  @available(*, unavailable, renamed: "removeFirst(_:)")
  public func shift(_ length: Int) -> Never { fatalError() }

  @available(*, unavailable, renamed: "count")
  public var length: Int { fatalError() }

  @available(*, unavailable, renamed: "count")
  public var len: Int { fatalError() }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
extension ReadableBytes where Self: ~Copyable {
  @available(*, unavailable, message: "Use the subscript: buffer[offset].")
  public func get_uint8(_ offset: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use load(fromByteOffset:as:_:) and .bigEndian.")
  public func get_uint16(_ offset: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use load(fromByteOffset:as:_:) and .bigEndian.")
  public func get_uint32(_ offset: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use load(fromByteOffset:as:_:) and .bigEndian.")
  public func get_uint64(_ offset: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use isEqual(to:).")
  public func equal(_ other: borrowing Self) -> Never { fatalError() }

  @available(*, unavailable, renamed: "isAligned(to:)")
  public func check_alignment(_ alignment: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use String(decoding:) or [UInt8](copying:).")
  public func to_string() -> Never { fatalError() }

  @available(*, unavailable, message: "Use [UInt8](copying:).")
  public func to_bytes() -> Never { fatalError() }

  @available(*, unavailable, renamed: "hexString")
  public func to_hex_string() -> Never { fatalError() }

  @available(*, unavailable, renamed: "hexDump")
  public func hexdump() -> Never { fatalError() }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
extension WritableBytes where Self: ~Copyable {
  @available(*, unavailable, message: "Use the subscript: buffer[offset] = byte.")
  public func set_uint8(_ offset: Int, _ value: UInt8) -> Never { fatalError() }

  @available(*, unavailable, message: "Use storeBytes(of:toByteOffset:as:_:) and .bigEndian.")
  public func set_uint16(_ offset: Int, _ value: UInt16) -> Never { fatalError() }

  @available(*, unavailable, message: "Use storeBytes(of:toByteOffset:as:_:) and .bigEndian.")
  public func set_uint32(_ offset: Int, _ value: UInt32) -> Never { fatalError() }

  @available(*, unavailable, message: "Use storeBytes(of:toByteOffset:as:_:) and .bigEndian.")
  public func set_uint64(_ offset: Int, _ value: UInt64) -> Never { fatalError() }

  @available(*, unavailable, renamed: "fill(with:)")
  public func memset(_ byte: Int) -> Never { fatalError() }

  @available(*, unavailable, message: "Use copyBytes(from: source.bytes(in:), at:).")
  public func blit(
    _ sourceOffset: Int, _ target: borrowing Self, _ targetOffset: Int, _ length: Int
  ) -> Never { fatalError() }

  @available(*, unavailable, message: "Use copyBytes(from:at:).")
  public func blit_from_string(
    _ source: String, _ sourceOffset: Int, _ targetOffset: Int, _ length: Int
  ) -> Never { fatalError() }

  @available(*, unavailable, message: "Use copyBytes(from:at:).")
  public func blit_from_bytes(
    _ source: [UInt8], _ sourceOffset: Int, _ targetOffset: Int, _ length: Int
  ) -> Never { fatalError() }
}
