internal import ByteStorage

/// How far a kernel was moved when it started, as its log says.
package struct KernelMove: Sendable, Hashable {
  /// Bytes.
  package let offset: UInt64
  /// Where the kernel was linked to start, if the log has that.
  package let base: UInt64?

  /// Takes a distance, and where the kernel was linked to start.
  package init(offset: UInt64, base: UInt64? = nil) {
    self.offset = offset
    self.base = base
  }
}

/// Where a module was loaded.
package struct LoadedModule: Sendable, Hashable {
  /// The name that the kernel knows it by.
  package let name: String
  /// Address of its text.
  package let base: UInt64
  /// Its size in bytes, all sections included.
  package let size: UInt64
}

/// What a text says of the addresses in it: how far each boot's kernel was moved, which the kernel logs
/// when it panics, after the addresses, and where modules were loaded.
package struct TextSurvey: Sendable {
  /// A part of a text about one boot of a kernel.
  package struct Boot: Sendable, Hashable {
    /// The part, in bytes.
    package let range: Range<Int>
    /// How far the kernel was moved; `nil` if the text does not say.
    package let move: KernelMove?
  }

  /// The parts, in their order; they cover the text.
  package private(set) var boots: [Boot] = []
  /// The modules of lists as in /proc/modules.
  package private(set) var modules: [LoadedModule] = []

  /// Modules taken at most, of each text.
  private static let mostModules = 1 << 14

  /// Reads a text.
  ///
  /// - Note: The kernel writes `Kernel Offset: 0x… from 0x…` (arch/x86/kernel/setup.c and others,
  ///   `dump_kernel_offset`), `Kernel relocated by 0x…` (arch/mips/kernel/relocate.c), `KERNELOFFSET=…`
  ///   in vmcoreinfo; a boot begins with `Linux version`.
  package init(_ text: RawSpan) {
    var starts = [0]
    var found = 0
    while let boot = text.firstRange(of: "Linux version ", from: found) {
      let start = text.lineStart(before: boot, floor: starts[starts.count - 1])
      if start > starts[starts.count - 1] { starts.append(start) }
      // A line is the start of one boot, however often it has the words.
      found = text.lineEnd(from: boot)
    }
    for (start, end) in zip(starts, starts.dropFirst() + [text.byteCount]) {
      boots.append(Boot(range: start..<end, move: TextSurvey.move(text, start..<end)))
    }
    var from = 0
    var lineStart = 0
    while modules.count < TextSurvey.mostModules, let found = text.firstRange(of: " 0x", from: from)
    {
      let start = text.lineStart(before: found, floor: from)
      // Where no line ends between two hits, the second is in the line of the first.
      if start > from { lineStart = start }
      from = found &+ 3
      if let module = TextSurvey.module(text, lineStart, found) { modules.append(module) }
    }
  }

  private static func move(_ text: RawSpan, _ range: Range<Int>) -> KernelMove? {
    guard let part = text.slice(range) else { return nil }
    let line = TextLine(part)
    for key in ["Kernel Offset: 0x", "Kernel relocated by 0x", "KERNELOFFSET="] as [StaticString] {
      guard let found = line.find(key, from: 0) else { continue }
      let digits = found &+ key.utf8CodeUnitCount
      let end = line.hexEnd(digits)
      guard let offset = line.hexValue(digits..<end) else { continue }
      var base: UInt64?
      if line.has(" from 0x", at: end) { base = line.hexValue((end &+ 8)..<line.hexEnd(end &+ 8)) }
      return KernelMove(offset: offset, base: base)
    }
    return line.find("Kernel Offset: disabled", from: 0) == nil ? nil : KernelMove(offset: 0)
  }

  /// ` 0x` and more digits than an address has, in bytes.
  private static let longestAddress = 20

  /// A line of /proc/modules: `name size references users state 0xaddress`.
  private static func module(_ text: RawSpan, _ start: Int, _ blank: Int) -> LoadedModule? {
    let end = min(blank &+ longestAddress, text.byteCount)
    guard blank &- start < 4096, let part = text.slice(start..<end) else { return nil }
    let line = TextLine(part)
    let states: [StaticString] = [" Live", " Loading", " Unloading"]
    guard states.contains(where: { line.has($0, at: blank &- start &- $0.utf8CodeUnitCount) })
    else {
      return nil
    }
    let nameEnd = line.plainNameEnd(from: 0)
    let sizeEnd = line.decimalEnd(nameEnd &+ 1)
    let digits = blank &- start &+ 3
    guard nameEnd > 0, line[nameEnd] == 0x20, line[sizeEnd] == 0x20,
      let size = line.decimalValue((nameEnd &+ 1)..<sizeEnd),
      let base = line.hexValue(digits..<line.hexEnd(digits)), base != 0
    else { return nil }
    return LoadedModule(name: line.slice(0..<nameEnd).text, base: base, size: size)
  }
}
