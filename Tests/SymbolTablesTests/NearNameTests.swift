import ByteStorage
import SymbolTables
import Testing

@Suite("Names near a mistyped one")
struct NearNameTests {
  private func near(_ word: String, _ names: [String]) -> [String] {
    var near = NearNames(word)
    for name in names { near.add(Array(name.utf8).rawSpan) }
    return near.names
  }

  @Test(
    "a name may differ in one byte from a word of four, in two from one of eight",
    arguments: [
      ("abc", ["abd"], []), ("abc", ["ABC"], ["ABC"]), ("abcd", ["abce", "abef"], ["abce"]),
      ("abcdefg", ["abcdefx", "abcdexx"], ["abcdefx"]),
      ("abcdefgh", ["abcdefxx", "abcdexxx"], ["abcdefxx"]),
      ("abcdefgh", ["abcdef", "abcdefghij", "abcde"], ["abcdef", "abcdefghij"]),
      ("abcd", ["abdc", "bacd", "badc"], ["abdc", "bacd"]),
      ("xabcd", ["abcd", "abc"], ["abcd"]), ("abcd", ["xabcd", "xyabcd"], ["xabcd"]),
      ("xyabcdef", ["abcdef", "bcdef"], ["abcdef"]), ("abxcd", ["abcd"], ["abcd"]),
      ("abcdx", ["abcd"], ["abcd"]),
    ])
  func edits(_ word: String, _ names: [String], _ found: [String]) {
    #expect(near(word, names) == found)
  }

  @Test("the three nearest are kept, equally near ones in the order of the table, each once")
  func order() {
    #expect(
      near("abcdefgh", ["2cdefgh2", "1bcdefgh", "2bcdefg2", "3bcdefg3", "abcdefg1"]) == [
        "1bcdefgh", "abcdefg1", "2bcdefg2",
      ])
    #expect(near("abcd", ["abc1", "abc2", "abc1", "abc3", "abc4"]) == ["abc1", "abc2", "abc3"])
    #expect(near("abcd", ["abc1", "abc2", "abcd"]) == ["abcd", "abc1", "abc2"])
  }

  @Test("a word of 128 bytes has neighbours, a longer one has not, nor has an empty one")
  func lengths() {
    for (length, hasNeighbours) in [(127, true), (128, true), (129, false)] {
      let name = String(repeating: "n", count: length - 1) + "x"
      let word = String(repeating: "n", count: length)
      #expect(near(word, [name]) == (hasNeighbours ? [name] : []), "\(length)")
    }
    #expect(near("", ["", "a"]) == [])
  }
}
