import Testing

@testable import MemoryRegions

@Suite struct KeyedTextTests {
  private let table = SystemCalls.linux.seeing(only: [
    "/sizes":
      "MemTotal:   12 kB\nHugePages_Total:  3\nNode 7 MemFree: 5 kB\nanon 4096\nbad x kB\n\n",
    "/number": "42\n", "/max": "max\n", "/empty": "",
    "/list": "0-2,5,7-7\n", "/odd": "3-1,x,,4\n",
  ])

  @Test func `sizes are bytes by name`() {
    #expect(
      table.keyedSizes("/sizes")
        == ["MemTotal": 12288, "HugePages_Total": 3, "MemFree": 5120, "anon": 4096])
    #expect(table.keyedSizes("/empty") == [:])
    #expect(table.keyedSizes("/absent") == nil)
  }

  @Test func `a number is a number or nothing`() {
    #expect(table.number("/number") == 42)
    #expect(table.number("/max") == nil)
    #expect(table.number("/empty") == nil)
    #expect(table.number("/absent") == nil)
  }

  @Test func `lists have ranges`() {
    #expect(table.numberList("/list") == [0, 1, 2, 5, 7])
    #expect(table.numberList("/odd") == [4])
    #expect(table.numberList("/empty") == [])
    #expect(table.numberList("/absent") == nil)
  }

  @Test func `a status is the thread's, or where there is none the process's`() {
    let process = ["/proc/self/status": "Name:\tx\nMems_allowed_list:\t0-1\n"]
    let thread = ["/proc/thread-self/status": "Name:\tx\nMems_allowed_list:\t1\n"]
    let linux = SystemCalls.linux
    #expect(linux.seeing(only: process).statusField("Mems_allowed_list") == "0-1")
    let both = process.merging(thread) { first, _ in first }
    #expect(linux.seeing(only: both).statusField("Mems_allowed_list") == "1")
    #expect(linux.seeing(only: both).statusField("Mems") == nil)
    #expect(linux.seeing(only: [:]).statusField("Mems_allowed_list") == nil)
  }
}
