internal import KernelReleases
internal import Kernels
internal import Livepatching

/// Something that the user says of a kernel, which overrides what was read: `KEY=VALUE`.
package struct GivenFact: Sendable, Hashable {
  /// `release`, `vermagic`, `struct-module-size` or `missing-version`; of the machine `secure-boot`,
  /// `lockdown`, `lsm`, `sig-enforce`, `fips`, `signer`, `btf`, `ima` or `syscall`; else an option of
  /// the configuration, without `CONFIG_`.
  package let key: String
  /// Its value.
  package let value: String

  /// Why a fact cannot be used.
  package enum Problem: Sendable, Hashable {
    /// `missing-version` is `refuse` or `accept`.
    case notRefuseOrAccept
    /// The release does not begin with two numbers.
    case notARelease
    /// The size is not a number.
    case notASize
    /// The value is none of ``GivenFact/values``.
    case notAValue
    /// There is no such key, and it is not spelt as an option.
    case unknownKey
    /// An option is `y`, `m` or `n`.
    case notAnOptionValue
  }

  /// Parses `KEY=VALUE`; `nil` if the text has another form.
  package init?(_ text: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    let name = String(text[..<equals])
    let spelt = name.hasPrefix("CONFIG_") ? String(name.dropFirst(7)) : name
    key = spelt == "sig_enforce" ? "sig-enforce" : spelt
    value = String(text[text.index(after: equals)...])
  }

  /// The keys of which only some values have a meaning, and these.
  package static let values: [String: [String]] = [
    "secure-boot": ["on", "off"], "sig-enforce": ["on", "off"], "fips": ["on", "off"],
    "lockdown": ["none", "integrity", "confidentiality"], "lsm": ["lockdown", "default"],
    "signer": ["enrolled", "unknown"],
    "btf": ["fits", "differs"], "ima": ["appraise", "off"],
    "syscall": ["finit_module", "init_module"],
  ]

  /// Whether it is an option of the configuration.
  package var isOption: Bool { problem == nil && !GivenFact.otherKeys.contains(key) }

  private static let otherKeys =
    Set(values.keys).union(["missing-version", "release", "vermagic", "struct-module-size"])

  /// Why it cannot be used; `nil` if it can.
  package var problem: Problem? {
    switch key {
    case "missing-version": return value == "refuse" || value == "accept" ? nil : .notRefuseOrAccept
    case "release": return KernelRelease(value) == nil ? .notARelease : nil
    case "struct-module-size": return size == nil ? .notASize : nil
    case "vermagic": return nil
    default:
      if let values = GivenFact.values[key] { return values.contains(value) ? nil : .notAValue }
      let isOption = key.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
      }
      guard isOption else { return .unknownKey }
      return ["y", "m", "n"].contains(value) ? nil : .notAnOptionValue
    }
  }
}

extension GivenFact {
  /// A size of a structure in bytes: more than nothing, in the 32 bits that BTF has for it.
  private var size: Int? { Int(value).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil } }

  /// Puts a fact of the kernel in place of what was read; options are left to the settings. Whatever is given
  /// is listed.
  func apply(to facts: inout KernelFacts, _ assumed: inout [LoadAssumption]) {
    switch key {
    case "release": facts.release = KernelFacts.Fact(value, from: FactSource(.assumption))
    case "vermagic": facts.vermagic = KernelFacts.Fact(value, from: FactSource(.assumption))
    case "struct-module-size":
      if let size {
        facts.moduleStructureSize = KernelFacts.Fact(size, from: FactSource(.assumption))
      }
    case "missing-version": break
    default: break
    }
    assumed.append(LoadAssumption(.given, key: key, value: value))
  }
}
