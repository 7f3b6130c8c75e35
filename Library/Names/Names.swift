// The functions of ksym_names.h, in Embedded Swift: a part of SymbolNames, as it is built for them.
public import CKsymNames
internal import KernelReleases

/// See ksym_names.h.
@c @implementation public func ksymn_abi() -> UInt32 { 1 }

/// The bytes of a name.
private func bytes(_ name: UnsafePointer<CChar>?, _ length: Int) -> UnsafeBufferPointer<UInt8>? {
  guard let name = unsafe name, length >= 0, length <= 1 << 16 else { return nil }
  // SAFETY: the caller says that there are so many bytes.
  return unsafe UnsafeBufferPointer(
    start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: length)
}

/// See ksym_names.h.
@c @implementation public func ksymn_demangle(
  _ name: UnsafePointer<CChar>!, _ length: Int, _ flags: UInt32,
  _ buffer: UnsafeMutablePointer<CChar>!, _ size: Int
) -> Int {
  guard let name = unsafe bytes(name, length), flags <= KSYMN_SHOW_HASHES, size >= 0,
    unsafe size == 0 || buffer != nil
  else { return -2 }
  var output = NameBuffer()
  guard
    RustDemangler.appendReadableName(
      of: unsafe name.span, style: flags == 0 ? .plain : .showingHashes, to: &output)
  else { return -1 }
  if size > 0, let buffer = unsafe buffer {
    let text = output.bytes
    let count = min(text.count, size &- 1)
    // SAFETY: count < size.
    for place in 0..<count { unsafe buffer[place] = CChar(bitPattern: text[place]) }
    unsafe buffer[count] = 0
  }
  return output.count
}

/// See ksym_names.h.
@c @implementation public func ksymn_source_name(
  _ name: UnsafePointer<CChar>!, _ length: Int, _ start: UnsafeMutablePointer<Int>!
) -> Int {
  var range = 0..<0
  if let name = unsafe bytes(name, length) { range = LinkageName(unsafe name.span).sourceRange }
  if let start = unsafe start { unsafe start.pointee = range.lowerBound }
  return range.count
}

/// See ksym_names.h.
@c @implementation public func ksymn_suffix(
  _ name: UnsafePointer<CChar>!, _ length: Int, _ number: Int,
  _ start: UnsafeMutablePointer<Int>!, _ end: UnsafeMutablePointer<Int>!
) -> ksymn_suffix_kind {
  guard let name = unsafe bytes(name, length) else { return KSYMN_NO_SUFFIX }
  let suffixes = LinkageName(unsafe name.span).suffixes
  guard number >= 0, number < suffixes.count else { return KSYMN_NO_SUFFIX }
  let suffix = suffixes[number]
  if let start = unsafe start { unsafe start.pointee = suffix.range.lowerBound }
  if let end = unsafe end { unsafe end.pointee = suffix.range.upperBound }
  return suffix.kind.code
}

extension CompilerSuffix.Kind {
  /// The number that ksym_names.h has for it.
  fileprivate var code: ksymn_suffix_kind {
    switch self {
    case .llvm: KSYMN_LLVM
    case .unique: KSYMN_UNIQUE
    case .ltoPrivate: KSYMN_LTO_PRIVATE
    case .isra: KSYMN_ISRA
    case .constprop: KSYMN_CONSTPROP
    case .part: KSYMN_PART
    case .specialized: KSYMN_SPECIALIZED
    case .argprom: KSYMN_ARGPROM
    case .cold: KSYMN_COLD
    case .unlikely: KSYMN_UNLIKELY
    case .kcfi: KSYMN_KCFI
    case .cfi: KSYMN_CFI
    case .cfiJumpTable: KSYMN_CFI_JT
    case .cfiHash: KSYMN_CFI_HASH
    case .localAlias: KSYMN_LOCAL_ALIAS
    case .number: KSYMN_NUMBER
    }
  }
}

/// See ksym_names.h.
@c @implementation public func ksymn_limits(
  _ release: UnsafePointer<CChar>!, _ wordBits: UInt32, _ each: ksymn_limit_callback!,
  _ context: UnsafeMutableRawPointer!
) -> Bool {
  guard let each = unsafe each, wordBits == 32 || wordBits == 64 else { return false }
  var wanted = KernelRelease.newest
  if let release = unsafe release {
    guard let given = KernelRelease(unsafe String(cString: release)) else { return false }
    wanted = given
  }
  for limit in NameLimit.limits(release: wanted, wordBits: Int(wordBits)) {
    var interface = limit.interface.rawValue + "\0"
    var excess = limit.excess.rawValue + "\0"
    let goesOn = interface.withUTF8 { interface in
      excess.withUTF8 { excess in
        unsafe each(
          UnsafeRawPointer(interface.baseAddress)?.assumingMemoryBound(to: CChar.self),
          limit.maximum,
          UnsafeRawPointer(excess.baseAddress)?.assumingMemoryBound(to: CChar.self), context)
      }
    }
    guard goesOn else { break }
  }
  return true
}
