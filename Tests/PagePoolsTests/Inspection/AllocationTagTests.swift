import MemoryTestSupport
import PagePools
import Testing

@Suite struct AllocationTagTests {
  @Test func aNameIsItsCharacters() {
    let tag: AllocationTag = "rx-ring"
    #expect(tag.value == 0x67_6e69_722d_7872)
    #expect(tag.description == "rx-ring")
    #expect(tag.line == 0)
  }

  @Test func thePlaceIsThatOfTheCall() {
    let tag = AllocationTag.here("rx")
    #expect(tag.value == ("rx" as AllocationTag).value)
    #expect(tag.description == "rx at PagePoolsTests/AllocationTagTests.swift:14")
    #expect(AllocationTag.here().description == "PagePoolsTests/AllocationTagTests.swift:17")
  }

  @Test func numbersAreNamesToo() {
    #expect(AllocationTag(value: 3).description == "3")
    #expect(AllocationTag(value: 0x41).description == "A")
    #expect(AllocationTag.none.description == "untagged")
  }

  @Test func tagsAreOneIfNameAndPlaceAre() {
    let other = { AllocationTag.here("a", file: "x/y.swift", line: 3) }
    #expect(other() == AllocationTag.here("a", file: "x/y.swift", line: 3))
    #expect(other() != AllocationTag.here("a", file: "x/y.swift", line: 4))
    #expect(other() != AllocationTag.here("a", file: "x/z.swift", line: 3))
    #expect(other() != AllocationTag.here("b", file: "x/y.swift", line: 3))
    #expect(Set([other(), other(), "a", "a"]).count == 2)
  }

  @Test func aNameThatIsTooLongTraps() async {
    await #expect(processExitsWith: .trap) { _ = "nine chars" as AllocationTag }
    await #expect(processExitsWith: .trap) { _ = "ä" as AllocationTag }
  }
}
