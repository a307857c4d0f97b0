import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct FrameNotesTests {
  @Test func fieldsDoNotTouchEachOther() {
    var note = FrameNote()
    note.time = .max
    note.site = FrameNote.siteLimit - 1
    #expect(!note.isOut && !note.isGuard && !note.isPoisoned && !note.isInaccessible)
    note.isOut = true
    note.isGuard = true
    note.isPoisoned = true
    note.isInaccessible = true
    note.time = 7
    note.site = 0
    #expect(note.isOut && note.isGuard && note.isPoisoned && note.isInaccessible)
    #expect(note.time == 7 && note.site == 0)
    note.isOut = false
    note.isGuard = false
    note.isPoisoned = false
    note.isInaccessible = false
    #expect(note == FrameNote(word: 7))
  }

  @Test func theEndIsGuardedOnlyByAGuard() throws {
    let memory = ZeroedMemory(byteCount: 32)
    let notes = unsafe FrameNotes(memory.baseAddress, frameCount: 4)
    #expect(!notes.hasGuard(behind: 0..<2))
    notes[2].isGuard = true
    #expect(notes.hasGuard(behind: 0..<2))
    #expect(!notes.hasGuard(behind: 0..<4))
    withExtendedLifetime(memory) {}
  }
}
