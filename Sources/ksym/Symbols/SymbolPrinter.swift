internal import ByteStorage
internal import Kernels
internal import SymbolFiles
internal import SymbolNames
internal import SymbolTables

struct SymbolPrinter {
  private let source: KernelSymbolSource
  private let format: SymbolsCommand.Format
  private let asKernel: Bool
  private let showsReadable: Bool
  private let naming: SymbolFile.Naming
  private let width: Int
  /// Whether there is more than one owner, so that `nm` has to tell them apart.
  private let showsOwners: Bool

  init(
    _ source: KernelSymbolSource, format: SymbolsCommand.Format, asKernel: Bool,
    showsReadable: Bool,
    naming: SymbolFile.Naming
  ) {
    self.naming = naming
    self.source = source
    self.format = format
    self.asKernel = asKernel
    self.showsReadable = showsReadable
    width = source.addressWidth
    showsOwners = source.table.hasSeveralOwners
  }

  /// The letter to print for a symbol.
  func type(of index: Int) -> UInt8 {
    if asKernel, let wrong = source.wrongTypes[index] { return wrong }
    return source.table.type(at: index)
  }

  /// The order of the format: by address, equal addresses by name, where `nm -n` made it.
  func ordered(_ chosen: [Int]) -> [Int] {
    guard format == .nm || format == .systemMap else { return chosen }
    let table = source.table
    let addresses = table.addresses
    // Modules without a place come behind, one after the other.
    func group(_ index: Int) -> Int { table.hasPlace(at: index) ? 0 : table.ownerIndex(at: index) }
    var ordered = chosen
    if !table.isSorted {
      ordered.sort { (group($0), addresses[$0], $0) < (group($1), addresses[$1], $1) }
    }
    // Only runs of equal addresses are left to be sorted.
    var start = 0
    while start < ordered.count {
      var end = start + 1
      while end < ordered.count, addresses[ordered[end]] == addresses[ordered[start]],
        group(ordered[end]) == group(ordered[start])
      { end += 1 }
      if end - start > 1 { ordered[start..<end].sort(by: precedesByName) }
      start = end
    }
    return ordered
  }

  private func precedesByName(_ left: Int, _ right: Int) -> Bool {
    let order = source.table.name(at: left).compare(source.table.name(at: right))
    return order != 0 ? order < 0 : left < right
  }

  func write(_ index: Int, to output: inout OutputBuffer) {
    let table = source.table
    if format == .json {
      writeJSON(index, to: &output)
      return
    }
    output.append(hexadecimal: table.addresses[index], width: width)
    output.append(0x20)
    output.append(type(of: index))
    output.append(0x20)
    appendName(table.name(at: index), to: &output)
    let showsOwner = format == .kallsyms || showsOwners && !table.hasPlace(at: index)
    if showsOwner, table.ownerIndex(at: index) != 0 {
      output.append("\t[\(plain(table.owner(at: index)))]")
    }
    output.append(0x0a)
  }

  private func appendName(_ name: RawSpan, to output: inout OutputBuffer) {
    switch naming {
    case .readable:
      if name.starts(with: "_R") || name.starts(with: "_ZN"), let form = readableName(name.text) {
        output.append(plain(form))
        return
      }
    case .source:
      if let part = name.slice(LinkageName(Span<UInt8>(_bytes: name)).sourceRange),
        part.byteCount > 0
      {
        appendPlain(part, to: &output)
        return
      }
    case .linkage, .both: break
    }
    appendPlain(name, to: &output)
  }

  private func writeJSON(_ index: Int, to output: inout OutputBuffer) {
    let table = source.table
    let name = table.name(at: index).text
    output.beginObject()
    output.member("address", hexadecimal(table.addresses[index]))
    output.member("type", String(UnicodeScalar(type(of: index))))
    output.member("name", name)
    output.member("owner", table.owner(at: index))
    if let file = table.file(at: index) { output.member("file", file) }
    if showsReadable, let readable = readableName(name) { output.member("readable", readable) }
    output.endLine()
  }
}
