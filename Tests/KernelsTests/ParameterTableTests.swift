import ByteStorage
import Kernels
import TestSupport
import Testing

/// Kernels whose tables of parameters nothing bounds: images without sections.
@Suite("Names of built-in code in images without sections")
struct ParameterTableTests {
  struct Form: Sendable, CustomStringConvertible {
    var wordSize = 8
    var order = ByteOrder.little
    /// Whether pointers are zeros, which relocations of the image fill in.
    var isRelocated = false
    /// Whether the image has what looks like relocations, and is none.
    var hasStrayRecords = false
    /// Whether the table of versions has pointers to its records, as up to 5.10.
    var byPointer = false

    var description: String {
      "\(wordSize * 8) bits, \(order)-endian\(isRelocated ? ", relocated" : "")"
        + (byPointer ? ", versions by pointers" : "") + (hasStrayRecords ? ", stray records" : "")
    }

    static let all = [
      Form(), Form(byPointer: true), Form(order: .big), Form(isRelocated: true),
      Form(isRelocated: true, byPointer: true), Form(wordSize: 4),
      Form(wordSize: 4, byPointer: true),
      Form(wordSize: 4, order: .big), Form(hasStrayRecords: true),
    ]
  }

  private static let parameters: [(String, UInt16)] = [
    ("initcall_debug", 0o644), ("panic", 0o644), ("printk.time", 0o644),
    ("module.sig_enforce", 0o444),
    ("rcupdate.rcu_expedited", 0o444), ("rcutree.use_softirq", 0o444), ("hidden.secret", 0),
    ("block.events_dfl_poll_msecs", 0o644), ("8250.nr_uarts", 0o644),
  ]

  /// The image of a kernel with these parameters, and a version of `xz_dec`.
  private func image(
    _ form: Form, _ parameters: [(String, UInt16)] = Self.parameters
  ) throws -> [UInt8] {
    let start: UInt64 = form.wordSize == 8 ? 0xffff_8000_8001_0000 : 0xc000_8000
    var memory = MemoryBuilder(start, order: form.order, wordSize: form.wordSize)
    var relocations: [(UInt64, UInt64)] = []
    func put(_ target: Int?) {
      let value = target.map { start + UInt64($0) } ?? 0
      if form.isRelocated, value != 0 {
        relocations.append((start + UInt64(memory.bytes.count), value))
      }
      let stored = form.isRelocated ? 0 : value
      if form.wordSize == 8 {
        memory.bytes.put(stored)
      } else {
        memory.bytes.put(UInt32(truncatingIfNeeded: stored))
      }
    }
    var texts: [String: Int] = [:]
    for text in parameters.map(\.0) + ["version", "xz_dec", "1.0"] {
      texts[text] = memory.bytes.count
      memory.bytes.put(cString: text)
    }
    let operations = memory.bytes.count
    memory.bytes.pad(to: 0x1000)
    // A record of code that is a module's is not of the kernel.
    for (name, permissions) in [("printk.time", 0o644 as UInt16)] + parameters {
      put(texts[name])
      put(memory.bytes.count == 0x1000 + form.wordSize ? operations : nil)
      put(operations)
      memory.bytes.put(permissions)
      memory.bytes.put([0xff, 0])
      memory.bytes.align(to: form.wordSize)
      put(operations)
    }
    if form.byPointer { put(0x1800) }
    if form.byPointer { memory.bytes.pad(to: 0x1800) }
    put(texts["version"])
    for _ in 0..<6 { put(nil) }
    put(texts["xz_dec"])
    put(texts["1.0"])
    memory.bytes.pad(to: 0x2000)
    for (place, value) in relocations {
      for word in [place, 0x403, value] { memory.bytes.put(word) }
    }
    for number in 0..<64 where form.hasStrayRecords {
      for word in [start + 0xd000 + UInt64(8 * number), 0x403, start] { memory.bytes.put(word) }
    }
    try memory.putTables(fillers: 300, isBaseRelative: true)
    return memory.bytes.bytes
  }

  private func names(_ bytes: [UInt8]) throws -> BuiltinNames? {
    let scratch = try ScratchDirectory()
    try scratch.write(bytes, to: "Image")
    return try OpenKernel(scratch.file("Image")).builtinModules()
  }

  // kernel/rcu/tree.c and others have a MODULE_PARAM_PREFIX that is not their name.
  @Test(
    "the tables are found by their form: names are those that parameters have", arguments: Form.all)
  func byForm(_ form: Form) throws {
    let found = try #require(try names(image(form)))
    #expect(found.isComplete && found.possible.isEmpty)
    #expect(
      found.certain == [
        "kernel", "printk", "module", "rcupdate", "rcutree", "block", "8250", "xz_dec",
      ])
  }

  @Test("a table without a parameter that every kernel has, or with few, is not found")
  func unknown() throws {
    let everywhere = ["initcall_debug", "printk.time", "rcupdate.rcu_expedited"]
    let others = Self.parameters.filter { !everywhere.contains($0.0) }
    #expect(try names(image(Form(), others)) == nil)
    #expect(try names(image(Form(), Array(Self.parameters[1...3]))) == nil)
    #expect(try names(image(Form(), Array(Self.parameters[1...4]))) != nil)
  }

  @Test("damage anywhere in the tables gives other names or none, never a trap")
  func damage() throws {
    for form in [Form(), Form(isRelocated: true), Form(wordSize: 4)] {
      let bytes = try image(form)
      for offset in stride(from: 0x200, to: 0x2200, by: 37) {
        var damaged = bytes
        damaged[offset] ^= 0x91
        _ = try? names(damaged)
      }
    }
  }
}
