import BTFFormat
import ByteStorage
import TestSupport
import Testing

// The rules are those of tools/lib/bpf/btf_relocate.c, 6.12 and 7.2.
@Suite("A distilled base put onto the kernel's types")
struct BTFRelocationTests {
  /// What a type with the name `thing` may be.
  enum Kind: CaseIterable {
    case structForward, unionForward, emptyInteger, integer, signed, float
    case enumeration, wideEnumeration, structure, bitFields, union, unionBitFields

    func add(to blob: inout Blob) {
      let name = blob.name("thing")
      switch self {
      case .structForward: blob.add(name, 7, 0)
      case .unionForward: blob.add(name, 0x87, 0)
      case .emptyInteger: blob.add(name, 1, 0, 0)
      case .integer: blob.add(name, 1, 4, 32)
      case .signed: blob.add(name, 1, 4, 1 << 24 | 32)
      case .float: blob.add(name, 16, 4)
      case .enumeration: blob.add(name, 6, 4)
      case .wideEnumeration: blob.add(name, 19, 4)
      case .structure: blob.add(name, 4, 4)
      case .bitFields: blob.add(name, 0x84, 4)
      case .union: blob.add(name, 5, 4)
      case .unionBitFields: blob.add(name, 0x85, 4)
      }
    }
  }

  /// Kinds of the kernel that each kind of a distilled base may be; others are refused in such a base.
  private static let fitting: [(Kind, Set<Kind>)] = [
    // The flag of a structure says that it has bit-fields; the kernel takes it for that of a forward.
    (.structForward, [.structForward, .structure, .unionBitFields]),
    (.unionForward, [.unionForward, .structure, .unionBitFields]),
    (.emptyInteger, [.emptyInteger]), (.integer, [.integer]), (.signed, [.signed]),
    (.float, [.float]), (.enumeration, [.enumeration, .wideEnumeration]),
    (.structure, Set(Kind.allCases).subtracting([.emptyInteger])),
    (.union, Set(Kind.allCases).subtracting([.emptyInteger])),
  ]

  private func blob(_ kind: Kind) -> Blob {
    var blob = Blob()
    _ = blob.name("")
    kind.add(to: &blob)
    return blob
  }

  /// A module with a pointer to the first type of its base, which has a number of types.
  private func pointing(_ count: Int = 2) -> [UInt8] {
    var using = Blob()
    using.first = count
    using.add(0, 2, 1)
    using.strings = [0]
    return using.build()
  }

  @Test("a distilled type stands for the kinds of types that it may", arguments: fitting)
  func kinds(_ kind: Kind, _ fitting: Set<Kind>) throws {
    for other in Kind.allCases {
      let (error, lines) = try verify(
        pointing(), distilled: blob(kind).build(), kernel: blob(other))
      let fits = fitting.contains(other)
      #expect(error == (fits ? nil : .invalid), "\(kind) for \(other)")
      let words = "distilled base BTF type 'thing' [1] is not mapped to base BTF id"
      #expect(lines == (fits ? [] : [words]), "\(kind) for \(other)")
    }
  }

  /// A base with `struct task` of 4 bytes and `struct other` of 4; the kernel's `task` has 8.
  private static var base: Blob {
    var blob = Blob()
    _ = blob.name("")
    blob.add(blob.name("task"), 4, 4)
    blob.add(blob.name("other"), 4, 4)
    return blob
  }

  private static var kernel: Blob {
    var blob = Blob.kernel
    blob.add(blob.name("other"), 4, 4)
    return blob
  }

  /// A module made for that base.
  private func module(_ fill: (inout Blob, Int) -> Void) -> [UInt8] {
    var blob = Blob()
    blob.first = 3
    fill(&blob, Self.base.strings.count)
    if blob.strings.isEmpty { blob.strings = [0] }
    return blob.build()
  }

  private func relocate(_ fill: (inout Blob, Int) -> Void) throws -> (BTFError?, [String]) {
    try verify(module(fill), distilled: Self.base.build(), kernel: Self.kernel)
  }

  @Test("a structure that is part of one of the module's needs the same size, in arrays also")
  func embedded() throws {
    let refusal = "distilled base BTF type 'task' [1] is not mapped to base BTF id"
    let inArray = try relocate { blob, base in
      blob.add(0, 3, 0, 1, 1, 4)
      blob.add(blob.name("holder", base: base), 4, count: 1, 16, 0, 3, 0)
    }
    #expect(inArray.0 == .invalid && inArray.1 == [refusal])
    let direct = try relocate { blob, base in
      blob.add(blob.name("holder", base: base), 4, count: 1, 16, 0, 1, 0)
    }
    #expect(direct.0 == .invalid && direct.1 == [refusal])
    let pointed = try relocate { blob, base in
      blob.add(0, 2, 1)
      blob.add(blob.name("holder", base: base), 4, count: 1, 16, 0, 3, 0)
    }
    #expect(pointed.0 == nil && pointed.1.isEmpty)
  }

  @Test("a structure of the module in another of the module asks nothing of the base")
  func own() throws {
    let (error, lines) = try relocate { blob, base in
      blob.add(blob.name("inner", base: base), 4, 4)
      blob.add(blob.name("outer", base: base), 4, count: 1, 4, 0, 3, 0)
    }
    #expect(error == nil && lines.isEmpty)
  }

  @Test("of several types with a name the largest is looked at first")
  func several() throws {
    var distilled = Blob()
    _ = distilled.name("")
    for size in [4, 16, 8] as [UInt32] { distilled.add(distilled.name("thing"), 4, size) }
    var kernel = Blob.kernel
    kernel.add(kernel.name("thing"), 7, 0)
    kernel.add(kernel.name("thing"), 7, 0)
    let (error, lines) = try verify(pointing(4), distilled: distilled.build(), kernel: kernel)
    #expect(error == .invalid)
    #expect(
      lines == [
        "distilled base BTF type 'thing' [2], size 0 has multiple candidates of the same size "
          + "(ids [5, 4]) in base BTF"
      ])
  }

  @Test("sizes are searched by their lower 31 bits", arguments: [0x8000_0004, 0x4000_0004])
  func hugeSizes(_ size: UInt32) throws {
    var distilled = Blob()
    _ = distilled.name("")
    distilled.add(distilled.name("int"), 1, size, 32)
    let (error, _) = try verify(pointing(), distilled: distilled.build())
    #expect((error == nil) == (size == 0x8000_0004))
  }

  @Test("names in the distilled base must be those of its types")
  func names() throws {
    // The base's strings: "", task at 1, other at 6; then the module's own.
    for (name, isTaken) in [(1, true), (6, true), (12, true), (2, false)] as [(UInt32, Bool)] {
      let (error, lines) = try relocate { blob, base in
        #expect(base == 12)
        _ = blob.name("own", base: base)
        blob.add(name, 7, 0)
      }
      #expect((error == nil) == isTaken, "\(name)")
      if !isTaken {
        #expect(error == .missing)
        #expect(lines == ["string '' [offset \(name)] is not mapped to base BTF"])
      }
    }
  }

  // btf_relocate_rewrite_strs; the fields that are strings are those of btf_field_iter_init (btf_iter.c).
  @Test(
    "names of members, values and parameters are looked at, and numbers of variables are no names",
    arguments: [4, 5, 6, 13, 19] as [UInt32])
  func elementNames(_ kind: UInt32) throws {
    for (name, isTaken) in [(1, true), (6, true), (12, true), (2, false)] as [(UInt32, Bool)] {
      let (error, lines) = try relocate { blob, base in
        let own = blob.name("own", base: base)
        let pointer = blob.add(0, 2, 1)
        switch kind {
        case 6: blob.add(own, kind, count: 1, 4, name, 0)
        case 13: blob.add(0, kind, count: 1, 0, name, pointer)
        case 19: blob.add(own, kind, count: 1, 8, name, 0, 0)
        default: blob.add(own, kind, count: 1, 8, name, pointer, 0)
        }
      }
      #expect(error == (isTaken ? nil : .missing), "\(name)")
      #expect(lines == (isTaken ? [] : ["string '' [offset 2] is not mapped to base BTF"]))
    }
    let (error, lines) = try relocate { blob, base in
      let pointer = blob.add(0, 2, 1)
      let variable = blob.add(blob.name("own", base: base), 14, pointer, 1)
      blob.add(blob.name("sect", base: base), 15, count: 1, 8, variable, 0, 8)
    }
    #expect(error == nil && lines.isEmpty)
  }
}
