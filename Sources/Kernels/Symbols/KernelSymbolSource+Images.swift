internal import ByteStorage
internal import Kallsyms
internal import KernelImages
internal import SymbolTables

extension KernelSymbolSource {
  /// The symbols of a list.
  init(_ text: SymbolText) {
    self.init(text.table, .list)
    if text.addressWidth == 16 { wordSize = 8 }
    kernelOffset = KernelSymbolSource.usualMove(text.table)
  }

  /// The symbols of an image, from the kernel's own tables.
  ///
  /// - Throws: `KallsymsError` if there are none.
  init(_ image: borrowing KallsymsImage) throws(KallsymsError) {
    var tables = try KallsymsTables(locating: image)
    var table = try SymbolTable(tables, in: image)
    if table.isRelative, tables.wordSize != 4,
      let start = LinkAddress.find(image.bytes, table, tables.order)
    {
      table = try SymbolTable(tables, in: KallsymsImage(raw: image.bytes, loadAddress: start))
    }
    let address = table.isRelative ? nil : table.address(ofKernelSymbol: "linux_banner")
    let inPlace = address.flatMap { KernelSymbolSource.banner(at: $0, in: image) }
    let release = (inPlace ?? KernelBanner(searching: image.bytes))?.release
    tables.settle(for: release)
    self.init(
      table, .image, tables: tables, release: release,
      wrongTypes: tables.wrongTypes(in: image, of: release))
    if inPlace != nil {
      kernelOffset = KernelFacts.Fact(0, from: FactSource(.bannerPlace))
    } else {
      kernelOffset =
        address.flatMap { KernelSymbolSource.move(ofBanner: $0, in: image) }
        ?? KernelSymbolSource.usualMove(table)
    }
    buildID = buildID(in: image, tables.order)
  }

  /// Reads which functions of an image can be traced and probed.
  mutating func readProbeSites(in image: borrowing KallsymsImage) {
    if let tables { probeSites = ProbeSites(tables, in: image, table) }
  }

  /// The build ID among the notes, which the linker put marks around.
  private func buildID(in image: borrowing KallsymsImage, _ order: ByteOrder) -> BuildID? {
    guard !table.isRelative, let start = table.address(ofKernelSymbol: "__start_notes"),
      let end = table.address(ofKernelSymbol: "__stop_notes"), start < end, end &- start < 1 << 16
    else { return nil }
    let address = start &- (kernelOffset?.value ?? 0)
    if let offset = image.offset(ofAddress: address) {
      guard let notes = image.bytes.slice(offset..<(offset &+ Int(end &- start))) else {
        return nil
      }
      return BuildID(inNotes: notes, order)
    }
    // Of a plain image it is not known where it begins.
    return BuildID(searching: image.bytes, order)
  }

  /// The banner at an address, where the kernel was not moved: no search through the image.
  private static func banner(
    at address: UInt64, in image: borrowing KallsymsImage
  ) -> KernelBanner? {
    guard let offset = image.offset(ofAddress: address), let text = image.bytes.suffix(from: offset)
    else { return nil }
    return KernelBanner(parsing: text)
  }

  /// How far the addresses in an image are from where its headers say that it lies: images may be
  /// made from memory.
  private static func move(
    ofBanner banner: UInt64, in image: borrowing KallsymsImage
  ) -> KernelFacts.Fact<UInt64>? {
    let bytes = image.bytes
    var position = 0
    // Format strings begin alike.
    for _ in 0..<64 {
      guard let offset = bytes.firstRange(of: "Linux version ", from: position) else { break }
      position = offset &+ 14
      guard let text = bytes.suffix(from: offset), KernelBanner(parsing: text) != nil,
        let address = image.address(ofOffset: offset)
      else { continue }
      return KernelFacts.Fact(banner &- address, from: FactSource(.bannerPlace))
    }
    return nil
  }
}
