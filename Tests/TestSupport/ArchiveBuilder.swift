internal import ByteStorage

/// Makes archives of every kind.
package enum ArchiveBuilder {
  /// A member: a file, a directory, or a link.
  package struct Member: Sendable {
    package var name: String
    package var bytes: [UInt8] = []
    /// Type and permissions, as `st_mode` has them.
    package var mode = 0o100644
    package var inode = 0
    package var linkCount = 1

    package init(_ name: String, _ bytes: [UInt8] = []) {
      self.name = name
      self.bytes = bytes
    }

    package static func directory(_ name: String) -> Member {
      var member = Member(name)
      member.mode = 0o040755
      return member
    }

    /// A symbolic link.
    package static func link(_ name: String, to target: String) -> Member {
      var member = Member(name, Array(target.utf8))
      member.mode = 0o120777
      return member
    }
  }

  /// An archive of cpio, with sums of the contents or without.
  package static func cpio(_ members: [Member], hasSums: Bool = false) -> [UInt8] {
    var out = ByteBuilder(.little)
    for member in members + [Member("TRAILER!!!")] {
      let sum = member.bytes.reduce(UInt32(0)) { $0 &+ UInt32($1) }
      let fields = [
        member.inode, member.mode, 0, 0, member.linkCount, 0, member.bytes.count, 0, 0, 0, 0,
        member.name.utf8.count + 1, hasSums ? Int(sum) : 0,
      ]
      out.put(text: hasSums ? "070702" : "070701")
      for field in fields { out.put(text: digits(field, 8, radix: 16)) }
      out.put(text: member.name + "\0")
      out.pad(to: (out.count + 3) / 4 * 4)
      out.put(member.bytes)
      out.pad(to: (out.count + 3) / 4 * 4)
    }
    return out.bytes
  }

  /// A tar file.
  package static func tar(_ members: [Member]) -> [UInt8] {
    var out = ByteBuilder(.little)
    for member in members {
      let isLink = member.mode & 0o170000 == 0o120000
      let isDirectory = member.mode & 0o170000 == 0o040000
      put(
        member.name, isLink ? "2" : isDirectory ? "5" : "0", isLink ? [] : member.bytes,
        target: isLink ? member.bytes : [], to: &out)
    }
    out.pad(to: out.count + 1024)
    return out.bytes
  }

  /// A tar file's header and content, as they are.
  package static func put(
    _ name: String, _ type: Character, _ bytes: [UInt8], target: [UInt8] = [],
    to out: inout ByteBuilder
  ) {
    let start = out.count
    out.put(text: String(name.prefix(100)))
    out.pad(to: start + 512)
    out.set(Array((digits(bytes.count, 11, radix: 8) + "\0").utf8), at: start + 124)
    out.set(Array("        ".utf8), at: start + 148)
    out.set(Array("\(type)".utf8), at: start + 156)
    out.set(Array(target.prefix(100)), at: start + 157)
    out.set(Array("ustar  \0".utf8), at: start + 257)
    let sum = out.bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
    out.set(Array((digits(sum, 6, radix: 8) + "\0 ").utf8), at: start + 148)
    out.put(bytes)
    out.pad(to: (out.count + 511) / 512 * 512)
  }

  /// A Debian package: an archive of ar(5) whose last member is the tar file, maybe packed.
  package static func debian(_ data: [UInt8], name: String = "data.tar") -> [UInt8] {
    var out = ByteBuilder(.little)
    out.put(text: "!<arch>\n")
    for (name, content) in [
      ("debian-binary", Array("2.0\n".utf8)), ("control.tar", [1, 2, 3]), (name, data),
    ] {
      let fields = [
        (name, 16), ("0", 12), ("0", 6), ("0", 6), ("100644", 8), ("\(content.count)", 10),
      ]
      for (text, width) in fields {
        out.put(text: text + String(repeating: " ", count: width - text.utf8.count))
      }
      out.put(text: "`\n")
      out.put(content)
      if content.count % 2 == 1 { out.put(text: "\n") }
    }
    return out.bytes
  }

  /// An RPM package around a payload, with tags of strings and of 32-bit numbers in its header.
  package static func rpm(
    _ payload: [UInt8], strings: [Int: [String]] = [:], numbers: [Int: [Int]] = [:]
  ) -> [UInt8] {
    var out = ByteBuilder(.big)
    out.put(UInt32(0xedab_eedb))
    out.pad(to: 96)
    out.put(header(strings: [1000: ["odd"]], numbers: [:]))
    out.pad(to: (out.count + 7) / 8 * 8)
    out.put(header(strings: strings.merging([1124: ["cpio"]]) { one, _ in one }, numbers: numbers))
    out.put(payload)
    return out.bytes
  }

  private static func header(strings: [Int: [String]], numbers: [Int: [Int]]) -> [UInt8] {
    var (index, data) = (ByteBuilder(.big), ByteBuilder(.big))
    func entry(_ tag: Int, _ type: Int, _ count: Int) {
      for word in [tag, type, data.count, count] { index.put(UInt32(word)) }
    }
    for (tag, values) in strings.sorted(by: { $0.key < $1.key }) {
      entry(tag, values.count == 1 ? 6 : 8, values.count)
      for value in values { data.put(text: value + "\0") }
    }
    data.align(to: 4)
    for (tag, values) in numbers.sorted(by: { $0.key < $1.key }) {
      entry(tag, 4, values.count)
      for value in values { data.put(UInt32(value)) }
    }
    var out = ByteBuilder(.big)
    out.put(UInt32(0x8ead_e801))
    out.put(UInt32(0))
    out.put(UInt32(strings.count + numbers.count))
    out.put(UInt32(data.count))
    out.put(index.bytes + data.bytes)
    return out.bytes
  }

  /// A payload of RPM whose headers are numbers of files; names are in the package's header.
  package static func stripped(_ contents: [(number: Int, bytes: [UInt8])]) -> [UInt8] {
    var out = ByteBuilder(.little)
    for content in contents {
      out.put(text: "07070X" + digits(content.number, 8, radix: 16))
      out.pad(to: (out.count + 3) / 4 * 4)
      out.put(content.bytes)
      out.pad(to: (out.count + 3) / 4 * 4)
    }
    return out.bytes + cpio([])
  }

  private static func digits(_ value: Int, _ width: Int, radix: Int) -> String {
    let text = String(value, radix: radix)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
