import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// What becomes of a module whose types do not fit: kernel/bpf/btf.c btf_module_notify, 6.1 and 6.12.
@Suite("Types of modules")
struct TypeCheckTests {
  private static func section(_ types: [UInt32], _ strings: String) -> [UInt8] {
    var out = ByteBuilder(.little)
    out.put(UInt16(0xeb9f))
    out.put(UInt16(1))
    let size = UInt32(types.count * 4)
    for word in [24, 0, size, size, UInt32(strings.utf8.count)] + types { out.put(word) }
    out.put(text: strings)
    return out.bytes
  }

  /// `int`, and `struct task`: with void three types, and ten bytes of names.
  private static let kernel = section([1, 1 << 24, 4, 32, 5, 4 << 24, 8], "\0int\0task\0")

  /// A prototype and two functions of it, for a kernel with some types and bytes of names.
  private static func functions(types: UInt32, strings: UInt32, more: [UInt32] = []) -> [UInt8] {
    section(
      [0, 13 << 24, 0, strings, 12 << 24, types, strings + 4, 12 << 24, types] + more,
      "one\0two\0")
  }

  private static func bench(
    _ release: String = "6.12.0", isLenient: Bool = false, given: String...
  ) -> Bench {
    var bench = Bench(release)
    bench.config.removeAll { $0 == "LIVEPATCH" }
    bench.config.append("DEBUG_INFO_BTF_MODULES")
    if isLenient { bench.config.append("MODULE_ALLOW_BTF_MISMATCH") }
    bench.given = given
    var image = KernelBuilder(release: release)
    image.sections = [(".BTF", kernel, 0xffff_ffff_8300_0000)]
    bench.image = image.build()
    return bench
  }

  private static func outcome(
    _ types: [UInt8], on bench: Bench = bench(), name: String = "sample", base: [UInt8]? = nil
  ) throws -> LoadOutcome {
    var module = bench.module(name)
    module.sections = [(".BTF", [], types)]
    if let base { module.sections.append((".BTF.base", [], base)) }
    return try bench.outcome(module)
  }

  private static let pointer: [UInt32] = [0, 2 << 24, 2]
  /// A `const` with a name, which it must not have.
  private static let named: [UInt32] = [1, 10 << 24, 1]
  /// A `const` of a type that is not there, of which nothing is logged.
  private static let lost: [UInt32] = [0, 10 << 24, 9999]

  @Test("types that continue the kernel's load, and none are not looked at")
  func fitting() throws {
    for types in [Self.functions(types: 3, strings: 10), Self.section(Self.pointer, "\0")] {
      #expect(summary(try Self.outcome(types)) == "loads")
    }
    var unknown = Self.bench()
    unknown.image = nil
    let open = try Self.outcome(Self.section(Self.pointer, "\0"), on: unknown)
    #expect(open.assumed.contains(LoadAssumption(.typesUnknown)))
    let none = try Self.outcome([], on: unknown)
    #expect(none.verdict == .loads && !none.assumed.contains(LoadAssumption(.typesUnknown)))
  }

  @Test(
    "types are looked at where only the user says that the kernel does", arguments: [true, false])
  func given(isSaid: Bool) throws {
    var bench = Self.bench()
    bench.hasConfig = false
    bench.given = isSaid ? ["DEBUG_INFO_BTF_MODULES=y"] : []
    let outcome = try Self.outcome(Self.section(Self.named, "\0"), on: bench)
    #expect((outcome.errno == .EINVAL) == isSaid)
    #expect(outcome.assumed.contains(LoadAssumption(.typesUnknown)) != isSaid)
  }

  @Test(
    "types over which relocations write in the kernel's memory are taken to fit",
    arguments: [true, false])
  func written(isInMemory: Bool) throws {
    let bench = Self.bench()
    var module = bench.module()
    module.sections = [(".BTF", [], Self.section(Self.named, "\0"))]
    var elf = module.elf()
    let section = try #require(elf.sections.firstIndex { $0.name == ".BTF" })
    if isInMemory { elf.sections[section].flags = [.alloc] }
    // R_X86_64_32, at a place with zeros.
    elf.addRelocations(
      [ELFBuilder.Relocation(offset: 8, symbol: 0, type: 10, addend: 0)], forSection: section + 1)
    let outcome = try bench.outcome(elf.build())
    #expect((outcome.verdict == .loads) == isInMemory, "\(summary(outcome))")
    #expect(outcome.assumed.contains(LoadAssumption(.typesWritten)) == isInMemory)
  }

  @Test("an image that has lost its sections still has types that modules must fit")
  func withoutSections() throws {
    var bench = Self.bench()
    let known = summary(try Self.outcome(Self.section(Self.named, "\0"), on: bench))
    #expect(known.hasPrefix("EINVAL"))
    for place in Array(40..<48) + Array(60..<64) { bench.image?[place] = 0 }
    let outcome = try Self.outcome(Self.section(Self.named, "\0"), on: bench)
    #expect(summary(outcome) == known)
    #expect(!outcome.assumed.contains(LoadAssumption(.typesUnknown)))
  }

  @Test("a module with the kernel's name loads, and its types are not shown")
  func vmlinux() throws {
    let types = Self.functions(types: 3, strings: 10)
    #expect(
      summary(try Self.outcome(types, name: "vmlinux"))
        == "loads | sysfs: cannot create duplicate filename '/kernel/btf/vmlinux'")
  }

  @Test("types that continue others are refused, and the cause says which")
  func others() throws {
    let types = try Self.outcome(Self.functions(types: 4, strings: 10, more: Self.named))
    #expect(types.errno == .EINVAL)
    #expect(types.log.last == "failed to validate module [sample] BTF: -22")
    #expect(types.log.count > 1)
    let cause = try #require(types.causes.first)
    #expect(cause.code == .typesDiffer && cause.options == ["types"])
    #expect(cause.count == 4 && cause.total == 3)
    let names = try #require(try Self.outcome(Self.functions(types: 3, strings: 100)).causes.first)
    #expect(names.code == .typesDiffer && names.options == ["names"])
    #expect(names.count == 100 && names.total == 10)
  }

  @Test("types that continue the kernel's and are refused, and what is no BTF, are damaged")
  func damaged() throws {
    let lost = Self.lost
    let structure: [UInt32] = [10, 4 << 24, 8]
    for (types, code) in [
      (Self.functions(types: 3, strings: 10, more: lost), .typesDamaged),
      // Of one of the two nothing is shown.
      (Self.section(structure + lost, "one\0"), .typesDamaged), ([1, 2, 3], .typesDamaged),
      // Of neither.
      (Self.section(lost, "\0"), .typesDiffer),
    ] as [([UInt8], LoadCause.Code)] {
      let outcome = try Self.outcome(types)
      #expect(outcome.verdict == .refused)
      #expect(outcome.causes.map(\.code) == [code])
      #expect(outcome.causes.first?.options == [])
    }
  }

  @Test("types with a base of their own are not compared with the kernel's numbers")
  func distilled() throws {
    let types = Self.functions(types: 4, strings: 10)
    let outcome = try Self.outcome(types, base: [1, 2, 3])
    #expect(outcome.verdict == .refused)
    #expect(outcome.causes.map(\.code) == [.typesDiffer])
    #expect(outcome.causes.first?.options == [])
  }

  @Test("a kernel that allows a mismatch loads the module, since 6.3 with one line")
  func lenient() throws {
    let types = Self.functions(types: 4, strings: 10, more: Self.named)
    let quiet = try Self.outcome(types, on: Self.bench(isLenient: true))
    #expect(
      summary(quiet)
        == "loads | Kernel module BTF mismatch detected, "
        + "BTF debug info may be unavailable for some modules")
    let old = try Self.outcome(types, on: Self.bench("6.1.0", isLenient: true))
    #expect(old.verdict == .loads && old.log.count > 1)
    #expect(old.log.last == "failed to validate module [sample] BTF: -22")
  }

  @Test("a name with line breaks makes lines of the log, also one that is empty")
  func lines() throws {
    let outcome = try Self.outcome(Self.section([10, 4 << 24, 8], "a\n\nb\0"))
    #expect(outcome.verdict == .refused)
    let place = try #require(outcome.log.firstIndex { $0.hasSuffix(" a") })
    #expect(outcome.log[place + 1].isEmpty && outcome.log[place + 2].hasPrefix("b "))
  }

  @Test("what the user says of the types counts before what was read")
  func given() throws {
    let (good, bad) = (Self.functions(types: 3, strings: 10), Self.functions(types: 4, strings: 10))
    for types in [good, bad] {
      #expect(try Self.outcome(types, on: Self.bench(given: "btf=fits")).verdict == .loads)
      let refused = try Self.outcome(types, on: Self.bench(given: "btf=differs"))
      #expect(summary(refused) == "EINVAL")
      let lenient = Self.bench(isLenient: true, given: "btf=differs")
      #expect(try Self.outcome(types, on: lenient).verdict == .loads)
    }
  }
}
