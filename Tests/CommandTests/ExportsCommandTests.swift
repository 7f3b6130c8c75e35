import TestSupport
import Testing

@Suite("ksym exports")
struct ExportsCommandTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("a kernel's exports as Module.symvers has them")
  func kernel() async throws {
    let run = try await Ksym.run(["exports", "--format", "symvers", sandbox.kernel])
    #expect(run.status == 0)
    #expect(
      run.lines == [
        "0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t",
        "0x00000022\tgpl_thing\tvmlinux\tEXPORT_SYMBOL_GPL\t",
        "0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t",
      ])
  }

  @Test("a kernel that is given with its tree is read once, in either order")
  func once() async throws {
    let folder = Fixture.path("kernels/rust-ext")
    let tree = try await Ksym.run(["exports", "--format", "symvers", folder])
    for paths in [["\(folder)/bzImage", folder], [folder, "\(folder)/bzImage"]] {
      let both = try await Ksym.run(["exports", "--format", "symvers"] + paths)
      #expect(both.lines.count > 1000 && both.lines.sorted() == tree.lines.sorted())
    }
  }

  @Test("modules of a tree, and files of every historic column order")
  func others() async throws {
    let scratch = sandbox.scratch
    for folder in ["lib", "lib/modules", "lib/modules/7.2.0", "lib/modules/7.2.0/kernel"] {
      scratch.makeDirectory(folder)
    }
    try sandbox.write("lib/modules/7.2.0/kernel/owner-mod.ko") {
      $0.exports = [SampleExport("theirs", 5, namespace: "NS", isGPLOnly: true)]
    }
    let tree = try await Ksym.run(["exports", "--format", "symvers", scratch.file("lib")])
    #expect(tree.output == "0x00000005\ttheirs\towner-mod\tEXPORT_SYMBOL_GPL\tNS\n")
    let old = try scratch.write(
      Array("0x00000005\ttheirs\tNS\towner-mod\tEXPORT_SYMBOL_GPL\n".utf8), to: "Module.symvers")
    let text = try await Ksym.run(["exports", "--format", "symvers", old])
    #expect(text.bytes == tree.bytes && text.status == 0)
    let json = try objects(try await Ksym.run(["exports", "--json", old]))
    #expect(json.count == 1)
    #expect(json.first?["name"] as? String == "theirs")
    #expect(json.first?["namespace"] as? String == "NS")
    #expect(json.first?["owner"] as? String == "owner-mod")
  }

  @Test("an image without tables exports what the list beside it has of vmlinux, which is said")
  func imageBesideList() async throws {
    let scratch = sandbox.scratch
    scratch.makeDirectory("headers")
    let image = try scratch.write(StubKernelBuilder.build(), to: "headers/vmlinux")
    let own = "0x00000001\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n"
    let list = own + "0x00000005\ttheirs\tdrivers/owner\tEXPORT_SYMBOL\t\n"
    let symvers = try scratch.write(Array(list.utf8), to: "headers/Module.symvers")
    let run = try await Ksym.run(["exports", "--format", "symvers", image])
    #expect(run.status == 0 && run.output == own)
    #expect(run.errors.contains("they come from \(symvers)"))
    let folder = try await Ksym.run(
      ["exports", "--format", "symvers", scratch.file("headers")])
    #expect(folder.output == list && folder.errors.isEmpty)
  }

  @Test("status 1 where nothing is exported, 2 where a file cannot be read")
  func status() async throws {
    let none = try sandbox.write("none.ko")
    #expect(try await Ksym.run(["exports", none]).status == 1)
    let missing = sandbox.scratch.file("missing.ko")
    let run = try await Ksym.run(["exports", missing, sandbox.kernel])
    #expect(run.status == 2 && run.errors.contains(missing))
    #expect(run.output.contains("_printk"))
  }
}
