import FileCopying
import Testing

@Suite struct ByteSizeTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("4096", 4096), ("64K", 65_536), ("64k", 65_536), ("256KiB", 262_144),
      ("256kib", 262_144), ("2M", 2 << 20), ("1G", 1 << 30), ("1GiB", 1 << 30), ("3T", 3 << 40),
      ("2P", 2 << 50), ("7E", 7 << 60), ("-64M", -(64 << 20)), ("-1", -1), ("007", 7),
      ("9223372036854775807", Int.max),
    ])
  func readsWhatPeopleWrite(text: String, byteCount: Int) throws {
    #expect(try ByteSize(parsing: text).byteCount == byteCount)
  }

  @Test(
    arguments: [
      "", " ", "-", "+1", "K", "64Q", "64KB", "64 K", " 64", "64K ", "1.5G", "0x10", "1e6", "--1",
      "64KiBB", "64Ki", "٣", "64K64",
    ])
  func refusesNonsenseAndShowsTheFormsThatWork(text: String) {
    let error = #expect(throws: ByteSize.ParsingError.malformed(text)) {
      try ByteSize(parsing: text)
    }
    #expect(error?.description.contains("'\(text)'") == true)
    #expect(error?.description.contains("64K") == true)
  }

  @Test(arguments: ["8E", "9223372036854775808", "99999999999999999999999", "9007199254740992K"])
  func refusesMoreThan63Bits(text: String) {
    #expect(throws: ByteSize.ParsingError.tooLarge(text)) { try ByteSize(parsing: text) }
  }

  @Test(
    arguments: [
      (0, "0 bytes"), (1, "1 byte"), (4095, "4095 bytes"), (4096, "4 KiB"), (3 << 20, "3 MiB"),
      ((1 << 30) + 4096, "1048580 KiB"), (1 << 40, "1 TiB"), (-4096, "-4 KiB"),
    ])
  func describesItselfExactly(byteCount: Int, text: String) {
    #expect(ByteSize(byteCount: byteCount).description == text)
  }

  @Test(
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"),
      ((1 << 20) - 1, "1023.9 KiB"), (3 << 29, "1.5 GiB"), (Int.max, "7.9 EiB"),
    ])
  func roundsDownToOneDecimal(byteCount: Int, text: String) {
    #expect(ByteSize(byteCount: byteCount).rounded == text)
  }

  @Test func readsItsOwnUnitsBack() throws {
    for unit in ["K", "M", "G", "T", "P"] {
      let size = try ByteSize(parsing: "5\(unit)")
      #expect(size.description == "5 \(unit)iB")
      #expect(try ByteSize(parsing: "5\(unit)iB") == size)
    }
  }
}
