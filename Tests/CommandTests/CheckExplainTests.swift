import TestSupport
import Testing

@Suite("ksym check --explain")
struct CheckExplainTests {
  private let sandbox: Sandbox
  private let module: String
  private let sides: [String]

  init() throws {
    sandbox = try Sandbox()
    module = try sandbox.write("old.ko") { module in
      module.basic = [
        RequiredVersion("module_layout", 0x0bad_cafe), RequiredVersion("_printk", 0x1),
      ]
    }
    var sides: [String] = []
    for (name, type) in [("old", "int"), ("new", "long")] {
      let text = "_printk int _printk ( s#level )\ns#level struct level { \(type) number ; }\n"
      sides.append(try sandbox.scratch.write(Array(text.utf8), to: "\(name).symtypes"))
    }
    self.sides = sides
  }

  private func check(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["check"] + sandbox.kernelOptions + arguments + [module])
  }

  @Test("shows the types that make the versions of a refused module differ")
  func types() async throws {
    let run = try await check("--explain", sides[0], "--explain", sides[1])
    #expect(run.status == 1)
    #expect(run.output.contains("\n_printk → struct level\n"))
    #expect(run.output.contains("- \tint number;\n+ \tlong number;\n"))
  }

  @Test("without types of the kernel checked, its debug information is used, or missed by name")
  func kernelTypes() async throws {
    let run = try await check("--explain", sides[0])
    #expect(run.status == 2)
    #expect(run.errors.contains("no debug information"))
  }

  @Test("is an error with JSON, and more than twice")
  func usage() async throws {
    #expect(try await check("--explain", sides[0], "--json").status == 64)
    let run = try await check(
      "--explain", sides[0], "--explain", sides[0], "--explain", sides[0])
    #expect(run.status == 64)
  }
}
