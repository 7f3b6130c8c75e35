internal import ByteStorage

extension SymbolTable {
  /// The symbols as the kernel's own table has them, made from a list of `nm` or the symbol table
  /// of an ELF file: without what never gets there, in the kernel's order. The kernel's order is
  /// that of addresses; of equal ones, weak symbols come after others, then those that linkers
  /// provide, then those with more leading underscores. It decides which of several names an
  /// address has, and which of several equal names is the first. Modules' symbols stay as they are,
  /// and tables in the kernel's order already (decoded ones and /proc/kallsyms) are returned
  /// unchanged.
  ///
  /// - Note: scripts/mksysmap, and `is_ignored_symbol` and `compare_symbols` of scripts/kallsyms.c
  ///   in 7.3, for a kernel with `CONFIG_KALLSYMS_ALL`.
  /// - Complexity: O(n log n).
  package func kernelView() -> SymbolTable {
    let own = owners.firstIndex { $0 != 0 } ?? count
    guard own == count, !isInKernelOrder else { return self }
    var keys: [(address: UInt64, rank: UInt64)] = []
    keys.reserveCapacity(count)
    for index in 0..<count where !isDropped(index) && !isIgnored(index) {
      let rank = SymbolOrder.rank(type: type(at: index), name: name(at: index))
      keys.append((addresses[index], rank << 32 | UInt64(UInt32(truncatingIfNeeded: index))))
    }
    // Equal ones keep the order of their names, as `nm -n` lists them.
    keys.sort { left, right in
      if left.address != right.address { return left.address < right.address }
      if left.rank >> 32 != right.rank >> 32 { return left.rank < right.rank }
      let (first, second) = (Int(left.rank & 0xffff_ffff), Int(right.rank & 0xffff_ffff))
      let order = name(at: first).compare(name(at: second))
      return order != 0 ? order < 0 : first < second
    }
    var view = SymbolTable()
    view.isRelative = isRelative
    for key in keys {
      let index = Int(key.rank & 0xffff_ffff)
      view.append(address: key.address, type: type(at: index), name: name(at: index))
      if let file = file(at: index) { view.setFile(file, at: view.count - 1) }
    }
    return view
  }

  /// Whether addresses never decrease and some equal ones are in another order than that of their
  /// names, which is how `nm -n` sorts them.
  private var isInKernelOrder: Bool {
    var isByName = true
    for index in 1..<max(1, count) {
      if addresses[index] < addresses[index - 1] { return false }
      if isByName, addresses[index] == addresses[index - 1],
        name(at: index - 1).compare(name(at: index)) > 0
      {
        isByName = false
      }
    }
    return !isByName
  }

  /// The symbols as System.map has them, made from the symbol table of a linked kernel.
  ///
  /// - Note: scripts/mksysmap of 7.3.
  package func systemMapView() -> SymbolTable {
    var view = SymbolTable()
    for index in 0..<count where !isDropped(index) {
      view.append(address: addresses[index], type: type(at: index), name: name(at: index))
    }
    return view
  }

  /// Whether a symbol does not get into System.map.
  private func isDropped(_ index: Int) -> Bool {
    switch type(at: index) {
    case UInt8(ascii: "a"), UInt8(ascii: "N"), UInt8(ascii: "U"), UInt8(ascii: "w"): true
    default: MksysmapRules.drops(name(at: index))
    }
  }

  /// Whether a symbol of System.map does not get into the kernel's table.
  private func isIgnored(_ index: Int) -> Bool {
    switch type(at: index) {
    case UInt8(ascii: "u"), UInt8(ascii: "n"): true
    case UInt8(ascii: "A"): !name(at: index).equals("__gp")
    default: false
    }
  }
}

/// The names that scripts/mksysmap takes out.
enum MksysmapRules {
  static func drops(_ name: RawSpan) -> Bool {
    switch name.byte(at: 0) {
    case UInt8(ascii: "$"): return true
    case UInt8(ascii: "."): if name.starts(with: ".L") { return true }
    case UInt8(ascii: "L"): if name.equals("L0") { return true }
    case UInt8(ascii: "_"): if dropsUnderscored(name) { return true }
    default: break
    }
    return name.ends(with: "_from_arm") || name.ends(with: "_from_thumb")
      || name.ends(with: "_veneer") || name.firstRange(of: ".long_branch.") != nil
      || name.firstRange(of: ".plt_branch.") != nil
  }

  private static func dropsUnderscored(_ name: RawSpan) -> Bool {
    guard name.starts(with: "__") else {
      return name.equals("_SDA_BASE_") || name.equals("_SDA2_BASE_")
    }
    return name.starts(with: "__crc_") || name.starts(with: "__kstrtab_")
      || name.starts(with: "__kstrtabns_") || name.starts(with: "__efistub_")
      || name.starts(with: "__pi_$") || name.starts(with: "__pi_.L")
      || name.starts(with: "__kvm_nvhe_$") || name.starts(with: "__kvm_nvhe_.L")
      || name.starts(with: "__kcfi_typeid_") || name.starts(with: "__kvm_nvhe___kcfi_typeid_")
      || name.starts(with: "__pi___kcfi_typeid_") || name.starts(with: "__mod_device_table__")
      || isThunk(name) || isModinfo(name)
  }

  /// `__[[:alnum:]]*Thunk_`: veneers of lld, such as `__ThumbV7PILongThunk_`.
  private static func isThunk(_ name: RawSpan) -> Bool {
    var end = 2
    while let byte = name.byte(at: end), isAlphanumeric(byte) { end &+= 1 }
    guard name.byte(at: end) == UInt8(ascii: "_"), end >= 7, let word = name.slice((end &- 5)..<end)
    else { return false }
    return word.equals("Thunk")
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x5a ~= byte || 0x61...0x7a ~= byte
  }

  /// `__UNIQUE_ID_modinfo_` and digits.
  private static func isModinfo(_ name: RawSpan) -> Bool {
    let prefix: StaticString = "__UNIQUE_ID_modinfo_"
    guard name.starts(with: prefix) else { return false }
    var offset = prefix.utf8CodeUnitCount
    while let byte = name.byte(at: offset) {
      guard 0x30...0x39 ~= byte else { return false }
      offset &+= 1
    }
    return true
  }
}
