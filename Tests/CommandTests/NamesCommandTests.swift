import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("ksym names")
struct NamesCommandTests {
  private let sandbox: Sandbox
  private static let long = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"

  init() throws { sandbox = try Sandbox() }

  private func names(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["names"] + arguments)
  }

  private func list(_ text: String) throws -> String {
    try sandbox.scratch.write(Array(text.utf8), to: "System.map")
  }

  @Test("a list is audited as text and as JSON, with equal numbers")
  func list() async throws {
    let path = try list("1000 t f.cold\n1000 t f\n2000 T __ksymtab_\(Self.long)\n2000 t f\n")
    let run = try await names(path)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.lines.first == "4 names, 4 symbols, 1 owner, 1 mangled Rust name", "\(run.output)")
    #expect(run.output.contains("kernel::print::format_strings::INFO"))
    let object = try #require(try objects(try await names("--json", path)).first)
    #expect(
      Set(object.keys) == [
        "sources", "names", "symbols", "owners", "rust", "lengths", "limits", "versions",
        "suffixes", "stripping", "duplicates",
      ])
    #expect(object["names"] as? Int == 4 && object["symbols"] as? Int == 4)
    let versions = try #require(object["versions"] as? [String: Any])
    #expect(versions["long"] as? [String] == [Self.long])
    #expect(versions["long64"] as? Int == 1 && versions["long32"] as? Int == 0)
    let duplicates = try #require(object["duplicates"] as? [String: Any])
    #expect(duplicates["names"] as? Int == 1 && duplicates["symbols"] as? Int == 2)
  }

  @Test("a directory counts with its modules' symbols and what their tables require")
  func modules() async throws {
    let folder = sandbox.scratch.makeDirectory("modules")
    try sandbox.write("modules/a.ko")
    try sandbox.write("modules/b.ko") { $0.extended = [RequiredVersion(Self.long, 1)] }
    let run = try await names("--json", folder)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try objects(run).first)
    #expect(object["owners"] as? Int == 2)
    let versions = try #require(object["versions"] as? [String: Any])
    #expect(versions["required"] as? Int == 3 && versions["long64"] as? Int == 1)
  }

  @Test("Module.symvers gives the names that are exported")
  func symvers() async throws {
    let path = try sandbox.scratch.write(
      Array("0x00000001\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "Module.symvers")
    let object = try #require(try objects(try await names("--json", path)).first)
    #expect(object["names"] as? Int == 1 && object["symbols"] as? Int == 1)
    #expect((object["versions"] as? [String: Any])?["exported"] as? Int == 1)
  }

  @Test("status 2 where a file cannot be read, with the rest audited all the same")
  func trouble() async throws {
    let missing = sandbox.scratch.file("missing")
    let run = try await names(try list("1000 t f\n"), missing)
    #expect(run.status == 2 && run.lines.first?.hasPrefix("1 name,") == true)
    #expect(run.errors == "ksym: \(missing): cannot open: No such file or directory\n")
    let empty = try await names(sandbox.scratch.makeDirectory("empty"))
    #expect(empty.status == 2 && empty.output.isEmpty)
  }

  @Test("the page is well-formed, needs nothing else, and obeys no name")
  func page() async throws {
    let page = sandbox.scratch.file("page.html")
    let evil = "<script>alert('x')</script>&amp;\u{1b}[31m\""
    let path = try list("1000 t \(evil)\n1000 t \(evil)\n3000 t \(evil).cold\n")
    let run = try await names("--html", page, path)
    #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
    let bytes = try contents(of: page)
    let text = String(decoding: bytes, as: UTF8.self)
    let reader = PageReader()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(
      !reader.elements.contains("script") && reader.elements.isSuperset(of: ["svg", "table"]))
    #expect(reader.text.contains("<script>alert('x')</script>&amp;\\x1b[31m\""))
    for word in ["http:", "https:", "src=", "@import", "url("] { #expect(!text.contains(word)) }
    let both = try await names("--html", page, "--json", path)
    #expect(try objects(both).count == 1)
  }

  @Test("a page that cannot be written leaves no file")
  func unwritable() async throws {
    let page = sandbox.scratch.file("none/page.html")
    let run = try await names("--html", page, try list("1000 t f\n"))
    #expect(run.status == 2 && run.errors.contains("cannot create"))
  }
}

/// Elements and text of a page.
private final class PageReader: NSObject, XMLParserDelegate {
  var elements: Set<String> = []
  var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) { elements.insert(name) }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}
