import BTFFormat
import ByteStorage
import TestSupport
import Testing

/// A BTF section made word by word.
struct Blob {
  var types: [UInt32] = []
  var strings: [UInt8] = []
  /// Numbers of the base's types, and size of its strings.
  var first = 1

  /// Adds a type; gives its number.
  @discardableResult
  mutating func add(
    _ name: UInt32, _ kind: UInt32, count: UInt32 = 0, _ word: UInt32, _ data: UInt32...
  )
    -> UInt32
  {
    types += [name, kind << 24 | count, word] + data
    first += 1
    return UInt32(first - 1)
  }

  /// Adds a string; gives its offset, for strings that begin at `base`.
  mutating func name(_ text: String, base: Int = 0) -> UInt32 {
    defer { strings += Array(text.utf8) + [0] }
    return UInt32(base + strings.count)
  }

  func build(headerSize: UInt32 = 24) -> [UInt8] {
    var out = ByteBuilder(.little)
    out.put(UInt16(0xeb9f))
    out.put(UInt8(1))
    out.put(UInt8(0))
    let size = UInt32(types.count * 4)
    for word in [headerSize, 0, size, size, UInt32(strings.count)] { out.put(word) }
    out.pad(to: Int(headerSize))
    for word in types { out.put(word) }
    out.put(strings)
    return out.bytes
  }

  /// A kernel with `int` (1), `struct task` of 8 bytes (2) and `typedef int number` (3).
  static var kernel: Blob {
    var blob = Blob()
    _ = blob.name("")
    blob.add(blob.name("int"), 1, 4, 32)
    blob.add(blob.name("task"), 4, 8)
    blob.add(blob.name("number"), 8, 1)
    return blob
  }
}

/// A module's types for that kernel: a pointer to `task`, and a structure with a member.
func module(_ change: (inout Blob, Int) -> Void = { _, _ in }) -> [UInt8] {
  var blob = Blob()
  let base = Blob.kernel.strings.count
  blob.first = 4
  blob.add(0, 2, 2)
  change(&blob, base)
  if blob.strings.isEmpty { blob.strings = [0] }
  return blob.build()
}

func verify(
  _ section: [UInt8], distilled: [UInt8]? = nil, kernel: Blob = .kernel,
  _ rules: BTFRules = BTFRules()
) throws -> (BTFError?, [String]) {
  let kernelBytes = kernel.build()
  let kernel = try BTFBase(parsing: kernelBytes.rawSpan)
  let kept = try BTFBase(keeping: KeptBytes(copying: kernelBytes.rawSpan))
  func verify(_ kernel: BTFBase) -> (BTFError?, [String]) {
    let found: BTFVerification
    if let distilled {
      found = BTFVerification(
        section.rawSpan, distilled: distilled.rawSpan, kernel: kernel, .little, rules)
    } else {
      found = BTFVerification(section.rawSpan, distilled: nil, kernel: kernel, .little, rules)
    }
    return (found.error, found.log.lines.map { String(decoding: $0, as: UTF8.self) })
  }
  let (result, same) = (verify(kernel), verify(kept))
  #expect(result == same)
  return result
}

var newest: BTFRules {
  var rules = BTFRules()
  rules.headerSize = 32
  rules.hasWideInfo = true
  rules.ordersTypeTags = false
  rules.allowsFlaggedTags = true
  return rules
}
