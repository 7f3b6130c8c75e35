internal import ByteStorage
internal import ELFFormat

/// Finds `__param` by its form, in images without sections: symbols bound it only with `KALLSYMS_ALL`.
extension BuiltinModules {
  /// Parameters of code that every kernel has; one leads to its record, and this to all others.
  ///
  /// - Note: kernel/printk/printk.c, kernel/workqueue.c, kernel/rcu/update.c, init/main.c,
  ///   drivers/char/random.c; 4.2 to 7.2.
  private static let anchors: [StaticString] = [
    "\0printk.time\0", "\0workqueue.disable_numa\0", "\0workqueue.power_efficient\0",
    "\0rcupdate.rcu_expedited\0", "\0initcall_debug\0", "\0random.ratelimit_disable\0",
  ]

  /// Fewest records that make a table.
  private static let fewestRecords = 4

  /// The addresses of the table; where the image lies is learned with it if it was not known.
  mutating func parameterTable() -> Range<UInt64>? {
    for anchor in BuiltinModules.anchors {
      guard let found = bytes.firstRange(of: anchor) else { continue }
      let text = found &+ 1
      if regions.isEmpty {
        if let table = tableWithoutRegions(naming: text) { return table }
      } else if let address = regions.address(ofOffset: text) {
        for place in places(of: address) {
          if let table = table(around: place) { return table }
        }
      }
    }
    return nil
  }

  /// Where an address is stored, in place or by a relocation.
  private func places(of address: UInt64) -> [UInt64] {
    if let found = relocations?.places(of: address), !found.isEmpty { return found }
    var (found, offset): ([UInt64], Int) = ([], 0)
    while let word = layout.word(bytes, at: offset) {
      if word == address, let place = regions.address(ofOffset: offset) { found.append(place) }
      offset &+= layout.wordSize
    }
    return found
  }

  /// Takes every word that could be the address of a text for it: the image then begins with a page, and
  /// other records are around this one.
  private mutating func tableWithoutRegions(naming text: Int) -> Range<UInt64>? {
    var offset = 0
    while let word = layout.word(bytes, at: offset) {
      let start = word &- UInt64(text)
      if word >= UInt64(text), start & 0xfff == 0,
        layout.word(bytes, at: offset &+ layout.wordSize) == 0
      {
        regions = [MappedRegion(offset: 0, address: start, size: bytes.byteCount)]
        if let table = table(around: start &+ UInt64(offset)) { return table }
        regions = []
      }
      offset &+= layout.wordSize
    }
    return nil
  }

  /// The records before and after one; `nil` if it is none, or there are few.
  private func table(around place: UInt64) -> Range<UInt64>? {
    guard isParameter(at: place) else { return nil }
    let most = UInt64(BuiltinModules.mostRecords) * parameterSize
    var (first, end) = (place, place &+ parameterSize)
    while place &- first < most, isParameter(at: first &- parameterSize) { first &-= parameterSize }
    while end &- place < most, isParameter(at: end) { end &+= parameterSize }
    guard end > first, (end &- first) / parameterSize >= UInt64(BuiltinModules.fewestRecords) else {
      return nil
    }
    return first..<end
  }

  /// Whether a record of a parameter is at an address: one of built-in code has no module.
  private func isParameter(at place: UInt64) -> Bool {
    let word = UInt64(layout.wordSize)
    guard let name = self.word(at: place), let text = string(at: name), !text.hasPrefix("."),
      self.word(at: place &+ word) == 0,
      let operations = self.word(at: place &+ 2 * word), offset(of: operations) != nil,
      let rest = offset(of: place &+ 3 * word),
      let permissions = layout.half(bytes, at: rest), permissions <= 0o777,
      let level = bytes.byte(at: rest &+ 2), level <= 7 || level == 0xff,
      let flags = bytes.byte(at: rest &+ 3), flags <= 7
    else { return false }
    return true
  }

  /// Bytes without a record that end the table of versions: more than one of these has.
  private static let versionGap: UInt64 = 256

  /// Adds the versions in `__modver`, which follows the parameters.
  ///
  /// - Note: include/asm-generic/vmlinux.lds.h, `RO_DATA`, 4.2 to 7.2.
  mutating func addVersions(after end: UInt64) {
    var (place, last) = (end, end)
    while place &- last < BuiltinModules.versionGap {
      if addVersion(at: place) { last = place }
      place &+= UInt64(layout.wordSize)
    }
  }
}
