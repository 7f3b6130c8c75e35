internal import ByteStorage
internal import CKsym
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import SymbolSpelling
internal import SymbolTables

/// The symbols of a kernel, which never change, and what callers may point into.
@safe final class SymbolKernel: Handled, @unchecked Sendable {
  static let kind = KSYM_HANDLE_KERNEL

  let index: SymbolIndex
  let facts: SymbolSpeller.Kernel
  let releaseText: String?
  let buildIDText: String?
  let release: CText?
  let buildID: CText?
  let slide: UInt64?
  private let owners: [CText]
  private let rows: [Row]
  /// The names as in the table's text, but with a NUL after each instead of the letter before.
  private let names: UnsafeMutablePointer<CChar>
  private let hasAddresses: Bool

  init(
    _ source: KernelSymbolSource, _ table: SymbolTable, slide: UInt64?, buildID: String?,
    release: String?
  ) {
    index = SymbolIndex(table)
    self.slide = slide
    releaseText = release
    buildIDText = buildID
    self.release = release.map { CText($0) }
    self.buildID = buildID.map { CText($0) }
    hasAddresses = !source.hidesAddresses && !source.hasRelativeAddresses
    facts = SymbolSpeller.Kernel(
      release: release.flatMap { KernelRelease($0) }, wordBits: source.addressWidth * 4,
      configuration: .init(hasClangLTO: table.hasPromotedNames),
      isRunning: source.hasRunningAddresses || slide != nil, sites: source.probeSites)
    owners = table.ownerNames.map { CText($0) }
    rows = SymbolKernel.rows(index)
    unsafe names = .allocate(capacity: table.text.count + 1)
    for place in 0..<table.count {
      let start = Int(table.starts[place])
      let name = table.name(at: place)
      unsafe name.withUnsafeBytes { bytes in
        // SAFETY: the record of the name has a byte more, and lies in the text.
        unsafe UnsafeMutableRawBufferPointer(start: names + start, count: bytes.count + 1)
          .copyMemory(from: bytes)
        unsafe names[start + bytes.count] = 0
      }
    }
  }

  deinit { unsafe names.deallocate() }

  /// What is asked of a symbol besides its address, in one place of the memory.
  private struct Row {
    /// Where the name begins.
    let start: UInt32
    let length: UInt32
    let position: UInt32
    let equals: UInt32
    let owner: UInt16
    let type: UInt8
    let isPlaced: Bool
  }

  /// Describes a symbol of the table.
  @inline(__always) func describe(
    _ place: Int, offset: UInt64 = 0, size: UInt64?, isClone: Bool = false
  ) -> ksym_symbol {
    var symbol = unsafe ksym_symbol()
    unsafe symbol.size = MemoryLayout<ksym_symbol>.size
    let row = rows[place]
    let isPlaced = hasAddresses && row.isPlaced
    unsafe symbol.address = isPlaced ? index.table.addresses[place] : 0
    unsafe symbol.length = size ?? 0
    unsafe symbol.offset = offset
    unsafe symbol.index = UInt64(place)
    unsafe symbol.name = UnsafePointer(names + Int(row.start))
    unsafe symbol.name_length = Int(row.length)
    unsafe symbol.owner = owners[Int(row.owner)].pointer
    unsafe symbol.position = row.position
    unsafe symbol.equals = row.equals
    unsafe symbol.type = CChar(bitPattern: row.type)
    unsafe symbol.has_address = isPlaced
    unsafe symbol.is_clone = isClone
    return unsafe symbol
  }

  private static func rows(_ index: SymbolIndex) -> [Row] {
    var positions = SymbolPositions(index)
    let table = index.table
    return (0..<table.count).map { place in
      let position = positions.position(of: place)
      return Row(
        start: table.starts[place], length: UInt32(clamping: table.name(at: place).byteCount),
        position: UInt32(clamping: position.number), equals: UInt32(clamping: position.count),
        owner: UInt16(clamping: table.ownerIndex(at: place)), type: table.type(at: place),
        isPlaced: table.hasPlace(at: place))
    }
  }

  /// What is at an address.
  @inline(__always) func match(at address: UInt64) -> AddressMatch? {
    hasAddresses ? index.symbol(at: address) : nil
  }
}

extension SymbolKernel {
  /// Opens a kernel and reads its symbols.
  convenience init(_ path: String, _ options: ksym_kernel_options?) throws(Failure) {
    let options = unsafe options ?? ksym_kernel_options()
    let views: [SymbolView] = [.kernel, .listed, .systemMap]
    let flags = unsafe options.flags
    guard let view = views.dropFirst(Int(unsafe options.view)).first,
      flags <= KSYM_WITH_MODULES | KSYM_MOVED, unsafe options.reserved == (0, 0, 0)
    else { throw .argument("the options have what this version does not know") }
    let wanted = unsafe options.limit
    let limit = wanted == 0 ? FileBuffer.defaultLimit : Int(clamping: wanted)
    let modules = unsafe try Given.optional(options.modules, "the path of modules")
    do throws(KernelError) {
      let kernel = try OpenKernel(path, limit: limit)
      var source = try kernel.symbols(as: view, withProbeSites: true)
      let (buildID, release) = kernel.identity(of: source)
      var paths = modules.map { [$0] } ?? []
      if kernel.isModulesOnly { paths.append(kernel.path) }
      if flags & KSYM_WITH_MODULES != 0, !kernel.isModulesOnly,
        let tree = kernel.moduleTree(release: release)
      {
        paths.append(tree)
      }
      if !paths.isEmpty { source.addModules(paths, limit: limit, workers: 1) }
      // What was named by itself has to be readable; among many modules one may not be.
      if let modules, let error = source.unreadModules.first(where: { $0.path == modules }) {
        throw KernelError(error)
      }
      var table = source.table
      var slide = source.kernelOffset?.value
      if flags & KSYM_MOVED != 0 {
        // What is moved already goes back first.
        let move = unsafe options.slide &- (slide ?? 0)
        table.undoMove(by: 0 &- move)
        slide = unsafe options.slide
      }
      self.init(
        source, table, slide: slide, buildID: buildID?.hexadecimal, release: release)
    } catch { throw Failure(error) }
  }
}
