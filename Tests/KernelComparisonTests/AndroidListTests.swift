import ByteStorage
import KernelComparison
import Testing

@Suite("Android's symbol lists")
struct AndroidListTests {
  private static func written(_ text: String, _ form: AndroidList.Form) throws -> [String] {
    var output = OutputBuffer()
    AndroidList(try SymbolList(Array(text.utf8).rawSpan)).write(form, to: &output)
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
}
