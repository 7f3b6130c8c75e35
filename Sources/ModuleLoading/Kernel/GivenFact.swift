internal import KernelReleases
internal import Kernels
internal import Livepatching

/// Something that the user says of a kernel, which overrides what was read: `KEY=VALUE`.
package struct GivenFact: Sendable, Hashable {
  /// `release`, `vermagic`, `struct-module-size` or `missing-version`; else an option of the
  /// configuration, without `CONFIG_`.
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
    /// There is no such key, and it is not spelt as an option.
    case unknownKey
    /// An option is `y`, `m` or `n`.
    case notAnOptionValue
  }

  /// Parses `KEY=VALUE`; `nil` if the text has another form.
  package init?(_ text: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    let name = String(text[..<equals])
    key = name.hasPrefix("CONFIG_") ? String(name.dropFirst(7)) : name
    value = String(text[text.index(after: equals)...])
  }

  /// Why it cannot be used; `nil` if it can.
  package var problem: Problem? {
    switch key {
    case "missing-version": return value == "refuse" || value == "accept" ? nil : .notRefuseOrAccept
    case "release": return KernelRelease(value) == nil ? .notARelease : nil
    case "struct-module-size": return Int(value) == nil ? .notASize : nil
    case "vermagic": return nil
    default:
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
  /// Puts a fact of the kernel in place of what was read; options are left to the settings.
  func apply(to facts: inout KernelFacts, _ assumed: inout [LoadAssumption]) {
    switch key {
    case "release": facts.release = KernelFacts.Fact(value, from: FactSource(.assumption))
    case "vermagic": facts.vermagic = KernelFacts.Fact(value, from: FactSource(.assumption))
    case "struct-module-size":
      if let size = Int(value) {
        facts.moduleStructureSize = KernelFacts.Fact(size, from: FactSource(.assumption))
      }
    case "missing-version": break
    default: return
    }
    assumed.append(LoadAssumption(.given, key: key, value: value))
  }
}
