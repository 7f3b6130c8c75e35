import ByteStorage
import ELFFormat
import Foundation
import TestSupport
import Testing

@Suite("ksym convert")
struct ConvertCommandTests {
  @Test("there and back is the same file, in place, with its mode")
  func inPlace() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let original = try contents(of: path)
    let mode = unsafe chmod(path, 0o640)
    #expect(mode == 0)
    #expect(try await Ksym.run(["convert", "--to", "both", "--in-place", path]).status == 0)
    #expect(try contents(of: path) != original)
    #expect(permissions(of: path) == 0o640)
    let back = try await Ksym.run(["convert", "--to", "basic", "--in-place", path])
    #expect(back.status == 0 && back.output.contains("basic and extended → basic"))
    #expect(try contents(of: path) == original)
  }

  @Test("compressed modules are packed again, so that what is in them is the same")
  func compressed() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let original = try contents(of: path)
    for suffix in ["gz", "xz", "zst"] {
      let packed = box.scratch.file("b.ko.\(suffix)")
      #expect(try await Ksym.run(["convert", "--to", "both", "-o", packed, path]).status == 0)
      let again = box.scratch.file("c.ko")
      #expect(try await Ksym.run(["convert", "--to", "basic", "-o", again, packed]).status == 0)
      #expect(try contents(of: again) == original)
      // The digest of xz must be one that the kernel knows: CRC32.
      if suffix == "xz" { #expect(try contents(of: packed)[7] == 1) }
    }
  }

  @Test("refusals say why and end with 1, troubles with 2, and write nothing")
  func refusals() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko") {
      $0.basic = nil
      $0.extended = [.init(String(repeating: "l", count: 70), 1), .init("module_layout", 2)]
    }
    let target = box.scratch.file("out.ko")
    let long = try await Ksym.run(["convert", "--to", "basic", "-o", target, path])
    #expect(long.status == 1 && long.errors.contains("longer than 55 bytes"))
    #expect(long.errors.contains("hint: --drop-unrepresentable"))
    let coded = try await Ksym.run(["convert", "--json", "--to", "basic", "-o", target, path])
    #expect(coded.output.contains("\"errorCode\":\"unrepresentable\""))
    let none = try box.write("none.ko") { $0.basic = nil }
    #expect(try await Ksym.run(["convert", "--to", "basic", "-o", target, none]).status == 1)
    let text = try box.scratch.write(Array("no module".utf8), to: "text.ko")
    #expect(try await Ksym.run(["convert", "--to", "basic", "-o", target, text]).status == 2)
    #expect(PathKind(target) == .missing)
    #expect(try await Ksym.run(["convert", "--to", "basic", path]).status == 64)
  }

  @Test("two modules never go to one file, and standard input to none without a name")
  func conflicts() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let original = try contents(of: path)
    let other = box.scratch.makeDirectory("other")
    try box.scratch.write(original, to: "other/a.ko")
    let target = box.scratch.makeDirectory("target")
    let both = try await Ksym.run(["convert", "--to", "both", "-o", target, path, "\(other)/a.ko"])
    #expect(both.status == 2 && both.errors.contains("would be written for both"))
    let twice = try await Ksym.run(["convert", "--to", "both", "--in-place", path, path])
    #expect(twice.status == 2)
    #expect(try await Ksym.run(["convert", "--to", "both", "-o", target, "-"]).status == 2)
    #expect(try await Ksym.run(["convert", "--to", "both", "--suffix", ".x", "-"]).status == 64)
    #expect(DirectoryTree.names(in: target).isEmpty)
    #expect(try contents(of: path) == original)
  }

  @Test("what was done is reported in a line, and what a missing basic table means once")
  func wording() async throws {
    let box = try Sandbox()
    let target = box.scratch.makeDirectory("target")
    for name in ["a.ko", "b.ko"] {
      try box.write(name) { $0.basic = [.init("_printk", 1), .init("module_layout", 0x0bad_cafe)] }
    }
    let run = try await Ksym.run([
      "convert", "--to", "extended", "--crcs", box.kernel, "-o", target,
      box.scratch.file("a.ko"), box.scratch.file("b.ko"),
    ])
    #expect(run.status == 0)
    #expect(run.lines.allSatisfy { $0.contains("2 versions, 1 CRC changed (") })
    let notes = run.errors.split(separator: "\n").filter { $0.contains("without __versions") }
    #expect(notes.count == 1 && notes.first?.contains("2 modules: ") == true)
  }

  @Test("a file that cannot be written whole is not written, and leaves nothing behind")
  func noRoom() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko") {
      $0.sections = [("data", .alloc, [UInt8](repeating: 7, count: 100_000))]
    }
    let original = try contents(of: path)
    // A limit on the size of files acts as a full disk.
    let run = try await Ksym.run(
      ["-c", "ulimit -f 8; exec \(Ksym.path) convert --to both --in-place \(path)"], program: "sh")
    #expect(run.status == 2 && run.errors.contains("cannot write"))
    #expect(try contents(of: path) == original)
    #expect(DirectoryTree.names(in: box.scratch.path).allSatisfy { !$0.contains(".tmp") })
  }

  @Test("a target that is not a file and takes nothing is not a success")
  func fullDevice() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let run = try await Ksym.run(["convert", "--to", "both", "-o", "/dev/full", path])
    #expect(run.status == 2 && run.errors.contains("No space left"))
  }

  @Test("killed at each system call, on a full disk, without permission: old or new, nothing left")
  func faults() async throws {
    let run = try await Ksym.run([Ksym.path, "1"], program: Fixture.path("../Faults/convert.sh"))
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    for line in run.lines where line.hasSuffix("left out") { report(line) }
  }

  @Test("what a killed run left is removed by the next, what is in use is not")
  func leftovers() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let stale = try box.scratch.write([1, 2], to: "a.ko.ksym-4711.tmp")
    let other = try box.scratch.write([1, 2], to: "a.ko.ksym-x.tmp")
    #expect(try await Ksym.run(["convert", "--to", "both", "--in-place", path]).status == 0)
    #expect(PathKind(stale) == .missing && PathKind(other) == .file)
  }

  @Test("killed at any moment, a module is the old one or the new one")
  func killed() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko") {
      $0.sections = [("data", .alloc, [UInt8](repeating: 7, count: 3_000_000))]
    }
    let basic = try contents(of: path)
    let both = box.scratch.file("both.ko")
    #expect(try await Ksym.run(["convert", "--to", "both", "-o", both, path]).status == 0)
    let extended = try contents(of: both)
    for (round, signal) in ["KILL", "TERM", "INT", "HUP", "KILL", "USR1"].enumerated() {
      let script = """
        \(Ksym.path) convert --to \(round % 2 == 0 ? "both" : "basic") --in-place \(path) >/dev/null &
        i=0; while [ $i -lt \(round * 400) ]; do i=$((i+1)); done
        kill -\(signal) $! 2>/dev/null; wait; ls \(box.scratch.path) | grep -c tmp; true
        """
      let run = try await Ksym.run(["-c", script], program: "sh")
      let now = try contents(of: path)
      #expect(now == basic || now == extended)
      let left = Int(run.lines.last ?? "") ?? 9
      #expect(left <= (signal == "KILL" ? 1 : 0))
    }
  }

  @Test("a signature by a key of the user's is one that openssl verifies", .needs("openssl"))
  func signing() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let (key, certificate) = (box.scratch.file("key.pem"), box.scratch.file("cert.pem"))
    let made = try await Ksym.run(
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
        "-subj", "/CN=test", "-days", "2",
      ], program: "openssl")
    try #require(made.status == 0)
    let signed = box.scratch.file("s.ko")
    let run = try await Ksym.run(
      ["convert", "--to", "both", "-o", signed, "--sign", key, certificate, path])
    #expect(run.status == 0 && run.output.contains("signed"))
    let bytes = try contents(of: signed)
    let size = bytes[(bytes.count - 32)..<(bytes.count - 28)].reduce(0) { $0 << 8 | Int($1) }
    let end = bytes.count - 40
    let message = try box.scratch.write(Array(bytes[(end - size)..<end]), to: "m.der")
    let content = try box.scratch.write(Array(bytes[..<(end - size)]), to: "content")
    let verified = try await Ksym.run(
      [
        "cms", "-verify", "-binary", "-inform", "DER", "-in", message, "-content", content,
        "-certfile", certificate, "-noverify", "-out", "/dev/null",
      ], program: "openssl")
    #expect(verified.status == 0, "\(verified.errors)")
    // A signed module is refused from now on, and its signature can be put back.
    #expect(try await Ksym.run(["convert", "--to", "basic", "--in-place", signed]).status == 1)
  }

  @Test("a new signature has the digest of the old one", .needs("openssl"))
  func digests() async throws {
    let box = try Sandbox()
    let sign = ["convert", "--sign"] + (try await keys(box, "rsa:2048", form: "PEM"))
    let path = try box.write("a.ko")
    for digest in ["sha1", "sha224", "sha256", "sha384", "sha512", "sha3-384", "sha3-512"] {
      let (first, second) = (box.scratch.file("\(digest).ko"), box.scratch.file("again.ko"))
      var run = try await Ksym.run(sign + ["--hash", digest, "-o", first, path])
      #expect(run.status == 0, "\(run.errors)")
      run = try await Ksym.run(sign + ["-o", second, first])
      #expect(run.status == 0, "\(run.errors)")
      let shown = try await Ksym.run(["signature", second])
      #expect(shown.output.contains(", \(digest)\n"), "\(digest): \(shown.output)")
    }
  }

  @Test("a binary certificate of less than 256 bytes is read as one", .needs("openssl"))
  func shortCertificate() async throws {
    let box = try Sandbox()
    let files = try await keys(box, "ec:P-256", form: "DER")
    #expect(try contents(of: files[1])[1] == 0x81)
    let signed = box.scratch.file("b.ko")
    let run = try await Ksym.run(
      ["convert", "--sign"] + files + ["-o", signed, try box.write("a.ko")])
    #expect(run.status == 0, "\(run.errors)")
  }

  /// The files of a key and of a certificate for it without extensions; a binary one has no name.
  private func keys(_ box: Sandbox, _ kind: String, form: String) async throws -> [String] {
    let files = [box.scratch.file("key"), box.scratch.file("certificate")]
    let config = try box.scratch.write(
      Array("[req]\ndistinguished_name=name\n[name]\n".utf8), to: "config")
    let key =
      kind.hasPrefix("ec:")
      ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(kind.dropFirst(3))"]
      : ["-newkey", kind]
    let made = try await Ksym.run(
      ["req", "-new", "-x509"] + key + [
        "-nodes", "-keyout", files[0], "-out", files[1], "-outform", form, "-subj",
        form == "DER" ? "/" : "/CN=t", "-days",
        "2",
        "-config", config,
      ], program: "openssl")
    try #require(made.status == 0, "\(made.errors)")
    return files
  }

  @Test(
    "options that could do nothing are refused",
    arguments: [
      ["--hash", "sha512", "--drop-signature"], ["--like", "m.ko", "--to", "both"],
      ["--drop-unrepresentable", "--drop-signature"],
    ])
  func idleOptions(_ options: [String]) async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko")
    let run = try await Ksym.run(["convert"] + options + ["-o", box.scratch.file("b.ko"), path])
    #expect(run.status == 64, "\(run.errors)")
  }

  @Test("what is made from modules has names of its own, and no module is overwritten unasked")
  func names() async throws {
    let box = try Sandbox()
    let path = try box.write("my-mod.ko")
    box.scratch.makeDirectory("made")
    let (made, symvers) = (box.scratch.file("made"), box.scratch.file("Module.symvers"))
    let exports = ["0x9aec1234\t_printk", "0x0badcafe\tmodule_layout"]
    let text = exports.map { "\($0)\tvmlinux\tEXPORT_SYMBOL\t\n" }.joined()
    try box.scratch.write(Array(text.utf8), to: "Module.symvers")
    for form in ["mod.c", "mod.o"] {
      let like = ["--like", Fixture.path("kernels/rust-ext/modules/corpus_min.ko")]
      let make = ["convert", "--to", form, "--symvers", symvers] + (form == "mod.o" ? like : [])
      let run = try await Ksym.run(make + ["-o", made, path])
      #expect(run.status == 0 && run.output == "\(made)/my-mod.\(form)\n", "\(run.errors)")
      let signed = try await Ksym.run(make + ["--drop-signature", "-o", made, path])
      #expect(signed.status == 64)
      #expect(try await Ksym.run(make + ["-o", path, path]).status == 2)
    }
    let before = try contents(of: path)
    for output in [path, box.scratch.path] {
      let run = try await Ksym.run(["convert", "--to", "none", "-o", output, path])
      #expect(run.status == 2 && run.errors.contains("--in-place"), "\(run.errors)")
    }
    #expect(try contents(of: path) == before)
  }

  @Test("CRCs come from the given kernel, with a warning")
  func retargeting() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko") {
      $0.basic = [.init("_printk", 1), .init("module_layout", 2)]
    }
    let target = box.scratch.file("b.ko")
    let run = try await Ksym.run(["convert", "--crcs", box.kernel, "-o", target, path])
    #expect(run.status == 0 && run.errors.contains("warning: CRCs of"))
    let check = try await Ksym.run(["check"] + box.kernelOptions + [target])
    #expect(check.status == 0, "\(check.output)")
    let none = box.scratch.file("none.ko")
    #expect(try await Ksym.run(["convert", "--to", "none", "-o", none, path]).status == 0)
    let made = try await Ksym.run(
      ["convert", "--crcs", box.kernel, "--to", "basic", "--add-missing", "-o", target, none])
    #expect(made.status == 0)
    let versions = try await Ksym.run(["versions", "--format", "modprobe", target])
    #expect(versions.output.contains("0x9aec1234\t_printk\n0x0badcafe\tmodule_layout\n"))
  }

  @Test("only the symbols named are changed, and modules may follow them")
  func only() async throws {
    let box = try Sandbox()
    let path = try box.write("a.ko") {
      $0.basic = [.init("_printk", 1), .init("module_layout", 2)]
    }
    let target = box.scratch.file("b.ko")
    let run = try await Ksym.run(
      ["convert", "-o", target, "--crcs", box.kernel, "--only", "_printk", path])
    #expect(run.status == 0, "\(run.errors)")
    let versions = try await Ksym.run(["versions", "--format", "modprobe", target])
    #expect(versions.output == "0x9aec1234\t_printk\n0x00000002\tmodule_layout\n")
  }
}
