import TestSupport
import Testing

/// `ksym compare --list`.
@Suite("Comparing the symbols of lists")
struct CompareListTests {
  private let scratch: ScratchDirectory
  private let old: String
  private let new: String

  init() throws {
    scratch = try ScratchDirectory()
    func symvers(_ versions: [(String, String)]) -> [UInt8] {
      Array(versions.map { "\($0.1)\t\($0.0)\tvmlinux\tEXPORT_SYMBOL\t\n" }.joined().utf8)
    }
    old = try scratch.write(
      symvers([("alpha", "0x11111111"), ("beta", "0x22222222")]), to: "old")
    new = try scratch.write(
      symvers([("alpha", "0x99999999"), ("beta", "0x22222222")]), to: "new")
  }

  private func write(_ text: String, to name: String) throws -> String {
    try scratch.write(Array(text.utf8), to: name)
  }

  @Test("a list that has none of the exports answers nothing")
  func uselessList() async throws {
    let list = try write("nosuch\n", to: "list")
    let run = try await Ksym.run(["compare", "--list", list, old, new])
    #expect(run.status == 2)
    #expect(run.errors == "ksym: \(list): no entry matches an export of these kernels\n")
    let useful = try await Ksym.run([
      "compare", "--list", try write("bet*\n", to: "list"), old, new,
    ])
    #expect(useful.errors.isEmpty)
  }

  @Test("of listed symbols the changed versions are named, and those that neither kernel exports")
  func listedNames() async throws {
    let list = try write("alpha\nbeta\nnever\n", to: "list")
    let run = try await Ksym.run(["compare", "--list", list, old, new])
    #expect(run.output.contains("versions (1)\n  alpha  0x11111111 "), "\(run.output)")
    #expect(run.output.contains("listed, and exported by neither kernel (1)\n  never\n"))
    let json = try await Ksym.run(["compare", "--json", "--list", list, old, new])
    #expect(json.output.contains("\"unknownNames\":[\"never\"]"))
  }
}
