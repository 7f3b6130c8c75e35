import ByteStorage
import KernelComparison
import Testing

@Suite("Android's symbol lists")
struct AndroidListTests {
  private static func written(
    _ text: String, _ form: AndroidList.Form, kernel: ExportRecords? = nil
  ) throws -> [String] {
    var output = OutputBuffer()
    let list = try SymbolList(Array(text.utf8).rawSpan)
    AndroidList(list, kernel: kernel).write(form, to: &output)
    return output.bytes.rawSpan.text.split(separator: "\n").map(String.init)
  }

  private static let list = "[abi_symbol_list]\n# common\n  foo\n  _foo\n  __foo\n  Fob\n"

  @Test("names are in the order of letters, of equal ones those with most underscores first")
  func order() throws {
    #expect(
      try Self.written(Self.list, .android) == [
        "[abi_symbol_list]", "  Fob", "  __foo", "  _foo", "  foo", "  module_layout",
        "  __put_task_struct",
      ])
  }

  @Test("capitals count as small letters, underscores within a name not at all")
  func equalLetters() throws {
    let names = [
      "a", "_a", "__a", "___a", "____a", "_____a", "______a", "_______a", "A", "b", "a_b", "ab",
      "aB", "a_c", "_ab",
    ]
    let list = "[abi_symbol_list]\n" + names.map { "  \($0)\n" }.joined()
    #expect(
      try Self.written(list, .android).map { String($0.dropFirst(2)) } == [
        "bi_symbol_list]", "_______a", "______a", "_____a", "____a", "___a", "__a", "_a", "A", "a",
        "_ab", "aB", "a_b", "ab", "a_c", "b", "module_layout", "__put_task_struct",
      ])
  }

  @Test("a pattern whose bracket stays open is an error with its line")
  func openBracket() {
    let error = #expect(throws: TextFailure.self) {
      try Self.written("foo\n# c\na[\n", .raw)
    }
    #expect(error?.reason == .openBracket("a["))
    #expect(error?.line == 3)
  }

  @Test("the raw form has names alone, and tracepoints bring their iterators")
  func raw() throws {
    #expect(
      try Self.written("[abi_whitelist]\n  __tracepoint_x\n", .raw) == [
        "__put_task_struct", "__traceiter_x", "__tracepoint_x", "module_layout",
      ])
  }

  @Test("an iterator that the kernel does not export is left out")
  func iterators() throws {
    let symvers = Array("0x1\t__traceiter_x\tvmlinux\tEXPORT_SYMBOL\n".utf8)
    let kernel = try ExportRecords(parsing: symvers.rawSpan, as: .historic)
    let list = "[abi_symbol_list]\n  __tracepoint_x\n  __tracepoint_y\n"
    #expect(
      try Self.written(list, .raw, kernel: kernel) == [
        "__put_task_struct", "__traceiter_x", "__tracepoint_x", "__tracepoint_y", "module_layout",
      ])
  }
}
