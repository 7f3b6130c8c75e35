internal import ByteStorage
package import ELFFormat

/// Builds a `vmlinux` that has what a kernel says of itself, and nothing else.
package struct KernelBuilder: Sendable {
  /// How CRCs are stored.
  package enum CRCForm: Sendable { case none, literal, long, relative }

  /// Word size and byte order.
  package var layout = ELFLayout(is64Bit: true, order: .little)
  /// `e_machine`.
  package var machine = ELFMachine.x86_64
  /// `Linux version …`, without the newline.
  package var banner: String
  /// The version magic string.
  package var vermagic: String
  /// What it exports, in the order of its tables.
  package var exports: [SampleExport]
  /// Whether the licences are in `__kflagstab`; else GPL-only exports have a table.
  package var hasFlagTable = true
  /// Whether entries have a namespace field.
  package var hasNamespaces = true
  /// Whether entries are offsets from their own place.
  package var isPlaceRelative = true
  /// How CRCs are stored.
  package var crcForm = CRCForm.literal
  /// More sections: name, bytes, address.
  package var sections: [(String, [UInt8], UInt64)] = []
  /// Symbols: name, address, whether it is a function.
  package var symbols: [(String, UInt64, Bool)] = []

  /// A kernel of a release.
  package init(release: String = "7.2.0", exports: [SampleExport] = []) {
    banner = "Linux version \(release) (somebody@somewhere) (gcc 14) #1 SMP now"
    vermagic = "\(release) SMP mod_unload modversions "
    self.exports = exports
  }

  private static let base: UInt64 = 0x8100_0000
  private var high: UInt64 { layout.is64Bit ? 0xffff_ffff_0000_0000 : 0 }
  private func address(_ index: UInt64) -> UInt64 { high + KernelBuilder.base + index << 20 }

  /// The file.
  package func build() -> [UInt8] {
    var elf = ELFBuilder(layout: layout, machine: machine)
    elf.type = 2
    var text = ByteBuilder()
    text.put(cString: "\(banner)\n")
    text.put(cString: vermagic)
    elf.addSection(".rodata", bytes: text.bytes, address: address(0))
    var strings = ByteBuilder()
    strings.put(UInt8(0))
    var places: [String: UInt64] = ["": 0]
    for export in exports {
      for string in [export.name, export.namespace] where places[string] == nil {
        places[string] = UInt64(strings.count)
        strings.put(cString: string)
      }
    }
    elf.addSection("__ksymtab_strings", bytes: strings.bytes, address: address(1))
    var number: UInt64 = 2
    for (suffix, isGPL) in hasFlagTable ? [("", nil)] : [("", false), ("_gpl", true)] {
      let members = exports.filter { isGPL == nil || $0.isGPLOnly == isGPL }
      let table = entries(members, places, at: address(number))
      elf.addSection("__ksymtab\(suffix)", bytes: table, address: address(number))
      let crcs = crcBytes(members, at: address(number + 1))
      if crcForm != .none {
        elf.addSection("__kcrctab\(suffix)", bytes: crcs, address: address(number + 1))
      }
      number += 2
    }
    if crcForm == .relative {
      var targets = ByteBuilder(layout.order)
      for export in exports { targets.put(export.crc) }
      elf.addSection(".crcs", bytes: targets.bytes, address: address(9))
    }
    if hasFlagTable {
      elf.addSection(
        "__kflagstab", bytes: exports.map { $0.isGPLOnly ? 1 : 0 }, address: address(8))
    }
    for (name, bytes, address) in sections { elf.addSection(name, bytes: bytes, address: address) }
    for (name, address, isFunction) in symbols {
      elf.addSymbol(name, section: 1, value: address, type: isFunction ? 2 : 1)
    }
    return elf.build()
  }

  private func entries(
    _ members: [SampleExport], _ places: [String: UInt64], at table: UInt64
  ) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    func put(_ target: UInt64) {
      if isPlaceRelative {
        out.put(UInt32(truncatingIfNeeded: target &- (table + UInt64(out.count))))
      } else if layout.is64Bit {
        out.put(target)
      } else {
        out.put(UInt32(truncatingIfNeeded: target))
      }
    }
    for export in members {
      put(address(0))
      put(address(1) + (places[export.name] ?? 0))
      if hasNamespaces { put(address(1) + (places[export.namespace] ?? 0)) }
    }
    return out.bytes
  }

  private func crcBytes(_ members: [SampleExport], at table: UInt64) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    for export in members {
      switch crcForm {
      case .none: break
      case .literal: out.put(export.crc)
      case .long:
        if layout.is64Bit { out.put(UInt64(export.crc)) } else { out.put(export.crc) }
      case .relative:
        let index = exports.firstIndex { $0.name == export.name } ?? 0
        let target = address(9) + UInt64(4 * index)
        out.put(UInt32(truncatingIfNeeded: target &- (table + UInt64(out.count))))
      }
    }
    return out.bytes
  }
}
