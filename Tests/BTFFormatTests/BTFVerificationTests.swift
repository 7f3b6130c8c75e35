import BTFFormat
import ByteStorage
import TestSupport
import Testing

// The lines were compared with those of booted kernels, 6.1 to 7.2, for 2,000 damaged modules.
@Suite("A module's BTF")
struct BTFVerificationTests {
  @Test("types that fit are taken without a word", arguments: [BTFRules(), newest])
  func sound(_ rules: BTFRules) throws {
    let (error, lines) = try verify(module(), rules)
    #expect(error == nil)
    #expect(lines.isEmpty)
  }

  @Test("the kernel's types count void, and its strings their first NUL")
  func counts() throws {
    let bytes = Blob.kernel.build()
    let counts = try BTFBase(parsing: bytes.rawSpan).counts
    #expect(counts.types == 4)
    #expect(counts.strings == 1 + 4 + 5 + 7)
  }

  @Test("a type of the kernel is found by its number wherever it is")
  func numbers() throws {
    var kernel = Blob()
    _ = kernel.name("")
    for number in 1...100 {
      if number % 10 == 7 {
        kernel.add(kernel.name("tag"), 18, 1)
      } else {
        kernel.add(kernel.name("number\(number)"), 6, count: 2, 4, 1, 1, 1, 2)
      }
    }
    let bytes = kernel.build()
    for base in [
      try BTFBase(parsing: bytes.rawSpan),
      try BTFBase(keeping: KeptBytes(copying: bytes.rawSpan)),
    ] {
      #expect(base.counts.types == 101)
      for number in UInt32(1)...100 {
        var module = Blob()
        module.first = 101
        module.strings = [0]
        // A constant; where a tag follows it, types are refused.
        module.add(0, 10, number)
        let section = module.build()
        let found = BTFVerification(
          section.rawSpan, distilled: nil, kernel: base, .little, BTFRules())
        #expect((found.error == nil) == (number % 10 != 7), "\(number)")
      }
    }
  }

  @Test("a header that the kernel does not know is named")
  func headers() throws {
    let good = module()
    let short = try verify(Array(good.prefix(7)))
    #expect(short.0 == .invalid && short.1 == ["BPF: hdr_len not found"])
    let cut = try verify(Array(good.prefix(23)))
    #expect(cut.0 == .invalid && cut.1 == ["BPF: btf_header not found"])
    var changed = good
    changed[0] = 0
    #expect(try verify(changed).1 == ["BPF: Invalid magic"])
    changed = good
    changed[2] = 2
    let version = try verify(changed)
    #expect(version.0 == .notSupported && version.1 == ["BPF: Unsupported version"])
    changed = good
    changed[3] = 1
    #expect(try verify(changed).1 == ["BPF: Unsupported flags"])
    changed = good + [0]
    #expect(try verify(changed).1 == ["BPF: Unsupported section found"])
    changed = good
    changed[changed.count - 1] = 1
    #expect(try verify(changed).1 == ["BPF: Invalid string section"])
  }

  @Test("a longer header must be zero behind what the kernel knows")
  func longHeaders() throws {
    var blob = Blob()
    blob.first = 4
    blob.add(0, 2, 2)
    blob.strings = [0]
    let zero = blob.build(headerSize: 28)
    #expect(try verify(zero).0 == nil)
    var set = zero
    set[27] = 1
    let (error, lines) = try verify(set)
    #expect(error == .tooBig)
    #expect(lines == ["BPF: Unsupported btf_header"])
  }

  @Test("what a type cannot be is shown with the type")
  func types() throws {
    let beyond = try verify(module { blob, base in blob.types[0] = UInt32(base) + 1 })
    #expect(beyond.1 == ["BPF: [4] Invalid name_offset:\(Blob.kernel.strings.count + 1)"])
    let named = try verify(module { blob, _ in blob.types[0] = 1 })
    #expect(
      named.1 == [
        "BPF: [4] PTR int ", "BPF: type_id=2", "BPF:  ", "BPF: Invalid name", "BPF: ",
      ])
    let kind = try verify(module { blob, _ in blob.types[1] = 20 << 24 })
    #expect(kind.1 == ["BPF: [4] Invalid kind:20"])
    let info = try verify(module { blob, _ in blob.types[1] |= 1 << 16 })
    #expect(info.1 == ["BPF: [4] Invalid btf_info:2010000"])
    let cut = try verify(module { blob, _ in blob.types[1] = 1 << 24 })
    #expect(
      cut.1 == [
        "BPF: [4] INT (anon)", "BPF:  ", "BPF: meta_left:0 meta_needed:4", "BPF: ",
      ])
    let rest = try verify(module { blob, _ in blob.types += [0, 0] })
    #expect(rest.1 == ["BPF: [5] meta_left:8 meta_needed:12"])
  }

  // btf_array_check_meta; BTF_MAX_TYPE is 0xfffff.
  @Test("an array has types of its elements and of its index, which are not void, and no size")
  func arrays() throws {
    for (size, element, index, line) in [
      (0, 1, 1, nil), (4, 1, 1, "size != 0"), (0, 0, 1, "Invalid elem"),
      (0, 0x10_0000, 1, "Invalid elem"), (0, 1, 0, "Invalid index"),
      (0, 1, 0x10_0000, "Invalid index"),
    ] as [(UInt32, UInt32, UInt32, String?)] {
      let (error, lines) = try verify(
        module { blob, _ in
          blob.add(0, 3, size, element, index, 4)
          // A pointer with a name, which is refused when it is come to.
          if line != nil { blob.add(1, 2, 2) }
        })
      #expect((error == nil) == (line == nil))
      if let line {
        #expect(lines.contains("BPF: \(line)") && lines[0].hasPrefix("BPF: [5] ARRAY"))
      }
    }
  }

  // btf_struct_check_meta.
  @Test("members have types and ascending places up to the end, those of unions the same place")
  func places() throws {
    let exceeds = "Member bits_offset exceeds its struct size"
    let reasons = ["Invalid type_id", "Invalid member bits_offset", exceeds, "Invalid name"]
    for (kind, members, reason) in [
      (4, [(1, 0), (1, 32)], nil), (4, [(0, 0)], "Invalid type_id"),
      (4, [(0x10_0000, 0)], "Invalid type_id"),
      (4, [(1, 32), (1, 31)], "Invalid member bits_offset"),
      (4, [(1, 32), (1, 32)], nil), (4, [(1, 64)], nil), (4, [(1, 65)], exceeds),
      (4, [(1, 57)], nil), (5, [(1, 0), (1, 0)], nil), (5, [(1, 8)], "Invalid member bits_offset"),
    ] as [(UInt32, [(type: UInt32, bit: UInt32)], String?)] {
      let (error, lines) = try verify(
        module { blob, _ in
          blob.add(0, kind, count: UInt32(members.count), 8)
          for member in members { blob.types += [0, member.type, member.bit] }
          if reason != nil { blob.add(1, 2, 2) }
        })
      // Types are looked at afterwards: an integer at the end does not fit.
      let found = reasons.filter { lines.contains("BPF: \($0)") }
      #expect(found == (reason.map { [$0] } ?? []), "\(kind) \(members)")
      #expect(reason == nil || error == .invalid)
    }
  }

  // btf_func_proto_log.
  @Test(
    "parameters are shown with commas between them, the last without a type as variable ones",
    arguments: [
      ([], ["void"]), ([1], ["1 x"]), ([1, 2], ["1 x", ", 2 x"]), ([0], ["vararg"]),
      ([1, 0], ["1 x", ", vararg"]), ([1, 2, 0], ["1 x", ", 2 x", ", vararg"]),
      ([0, 1], ["0 x", ", 1 x"]), ([1, 0, 0], ["1 x", ", 0 x", ", vararg"]),
    ] as [([UInt32], [String])])
  func parameters(_ types: [UInt32], _ shown: [String]) throws {
    let (error, lines) = try verify(
      module { blob, base in
        let name = blob.name("x", base: base)
        // A prototype has no name.
        blob.add(name, 13, count: UInt32(types.count), 1)
        for type in types { blob.types += [name, type] }
      })
    #expect(error == .invalid)
    #expect(
      lines == ["BPF: [5] FUNC_PROTO x ", "BPF: return=1 args=("] + shown.map { "BPF: \($0)" }
        + ["BPF: )", "BPF:  ", "BPF: Invalid name", "BPF: "])
  }

  @Test("members are shown without their structure; with mismatches allowed, not at all")
  func members() throws {
    let section = module { blob, base in
      let name = blob.name("point", base: base)
      blob.add(name, 4, count: 1, 8, blob.name("x y", base: base), 1, 0)
    }
    let (error, lines) = try verify(section)
    #expect(error == .invalid)
    #expect(
      lines == ["BPF: \tx y type_id=1 bits_offset=0", "BPF:  ", "BPF: Invalid name", "BPF: "])
    var quiet = BTFRules()
    quiet.isQuiet = true
    let silent = try verify(section, quiet)
    #expect(silent.0 == .invalid && silent.1.isEmpty)
  }

  @Test(
    "names are as long as the kernel's, and no longer; digits do not begin them",
    arguments: [(512, "n", true), (513, "n", false), (1, "n", true), (1, "7", false)])
  func names(_ length: Int, _ first: String, _ isTaken: Bool) throws {
    let (error, _) = try verify(
      module { blob, base in
        let text = first + String(repeating: "7", count: length - 1)
        blob.add(blob.name("point", base: base), 4, count: 1, 8, blob.name(text, base: base), 1, 0)
      })
    #expect((error == nil) == isTaken)
  }

  @Test("a chain of 32 modifiers passes, one of 33 does not", arguments: [32, 33])
  func chains(_ length: Int) throws {
    let (error, lines) = try verify(
      module { blob, _ in
        for _ in 1..<length { blob.add(0, 10, UInt32(blob.first) + 1) }
        blob.add(0, 10, 1)
      })
    #expect(error == (length == 32 ? nil : .tooManyLinks))
    #expect(lines == (length == 32 ? [] : ["BPF: Max chain length or cycle detected"]))
  }

  @Test("type tags precede modifiers, up to the release that no longer asks")
  func tags() throws {
    let section = module { blob, base in
      let tag = blob.name("tag", base: base)
      blob.add(0, 10, UInt32(blob.first) + 1)
      blob.add(tag, 18, 1)
    }
    #expect(try verify(section).1 == ["BPF: Type tags don't precede modifiers"])
    #expect(try verify(section, newest).0 == nil)
  }

  @Test("a distilled base is put onto the kernel's types by name")
  func distilled() throws {
    var base = Blob()
    _ = base.name("")
    base.add(base.name("task"), 4, 8)
    func using(_ strings: Int) -> [UInt8] {
      var blob = Blob()
      blob.first = 2
      blob.add(0, 2, 1)
      blob.strings = [0]
      return blob.build()
    }
    #expect(try verify(using(base.strings.count), distilled: base.build()).0 == nil)
    base.add(base.name("gone"), 4, 8)
    let (error, lines) = try verify(using(base.strings.count), distilled: base.build())
    #expect(error == .invalid)
    #expect(lines == ["distilled base BTF type 'gone' [2] is not mapped to base BTF id"])
  }

  @Test("a distilled integer stands for one of the same encoding", arguments: [0, 1, 2, 4])
  func distilledInteger(_ encoding: UInt32) throws {
    var base = Blob()
    _ = base.name("")
    base.add(base.name("int"), 1, 4, encoding << 24 | 32)
    var using = Blob()
    using.first = 2
    using.add(0, 2, 1)
    using.strings = [0]
    let (error, lines) = try verify(using.build(), distilled: base.build())
    // That of the kernel is plain.
    #expect((error == nil) == (encoding == 0))
    let words = "distilled base BTF type 'int' [1] is not mapped to base BTF id"
    #expect(lines == (encoding == 0 ? [] : [words]))
  }

  @Test("a distilled base that is there and empty counts")
  func emptyBase() throws {
    #expect(try verify(module(), distilled: []).1 == ["BPF: hdr_len not found"])
  }

  @Test("any change of any byte gives an answer")
  func hostile() throws {
    let good = module { blob, base in
      let name = blob.name("point", base: base)
      blob.add(name, 4, count: 1, 8, name, 1, 0)
      blob.add(name, 15, count: 1, 8, 1, 0, 4)
      blob.add(0, 13, count: 2, 1, name, 1, 0, 0)
    }
    for offset in good.indices {
      for value in [0, 0x7f, 0xff, good[offset] &+ 1] as [UInt8] {
        var changed = good
        changed[offset] = value
        let (error, lines) = try verify(changed, newest)
        if error == nil { #expect(lines.isEmpty) }
        _ = try verify(good, distilled: changed)
      }
    }
  }

  @Test("a release refuses the kinds that it does not know yet")
  func kinds() throws {
    var rules = BTFRules()
    rules.greatestKind = 16
    let float = module { blob, base in blob.add(blob.name("real", base: base), 16, 8) }
    #expect(try verify(float, rules).0 == nil)
    let tag = module { blob, base in blob.add(blob.name("tag", base: base), 18, 1) }
    #expect(try verify(tag, rules).1 == ["BPF: [5] Invalid kind:18"])
    rules.greatestKind = 15
    #expect(try verify(float, rules).1 == ["BPF: [5] Invalid btf_info:10000000"])
    // A signed enumeration came with ENUM64.
    let signed = module { blob, base in
      blob.add(blob.name("colour", base: base), 0x86, 4)
    }
    #expect(try verify(signed).0 == nil)
    #expect(try verify(signed, rules).1.contains("BPF: Invalid btf_info kind_flag"))
  }

  @Test("names are as long as the release's names of symbols")
  func longNames() throws {
    var rules = BTFRules()
    rules.longestName = 128
    for (length, isTaken) in [(128, true), (129, false)] {
      let named = module { blob, base in
        blob.add(blob.name(String(repeating: "n", count: length), base: base), 7, 0)
      }
      #expect(try (verify(named, rules).0 == nil) == isTaken)
      #expect(try verify(named).0 == nil)
    }
  }
}
