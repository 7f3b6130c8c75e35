internal import ByteStorage
internal import DWARFFormat
internal import Kernels
internal import NameTranslation
internal import SymbolTables

/// The source lines of kernels and modules, read from debug information when they are asked for.
final class DebugLines: SourceFinder {
  private struct Opened {
    var lines: SourceLines
    let data: DebugData
  }

  private let names: NameSources
  private let search: DebugFileSearch
  private var kernels: [Int: Opened?] = [:]
  private var modules: [String: Opened?] = [:]
  /// What paths in the kernel's tree begin with, once that was asked for.
  private var base: [UInt8]??
  /// Kernels and modules without debug information, in the order in which they were met.
  private(set) var missing: [String] = []

  /// Modules opened at most: a text may name any number.
  private static let mostModules = 256

  init(_ names: NameSources, limit: Int) {
    self.names = names
    search = DebugFileSearch(limit: limit)
  }

  func places(inSource source: Int, address: UInt64) -> [SourcePlace] {
    if kernels[source] == nil {
      kernels[source] = .some(
        open(names.debugFile(ofSource: source, search), names.path(ofSource: source)))
    }
    return shortened(kernels[source]??.lines.places(of: address) ?? [])
  }

  func places(inModule module: String, symbol: [UInt8], offset: UInt64) -> [SourcePlace] {
    if modules[module] == nil {
      guard modules.count < DebugLines.mostModules else { return [] }
      modules[module] = .some(open(names.debugFile(ofModule: module, search), "module \(module)"))
    }
    guard let data = modules[module]??.data,
      let start = (try? data.functions(named: symbol.rawSpan))?.first
    else { return [] }
    return shortened(modules[module]??.lines.places(of: start &+ offset) ?? [])
  }

  /// Reports what has no debug information.
  ///
  /// - Returns: Whether nothing had any.
  func complain(isVerbose: Bool) -> Bool {
    let isUseless =
      !missing.isEmpty && !kernels.values.contains { $0 != nil }
      && !modules.values.contains { $0 != nil }
    guard isVerbose || isUseless else { return false }
    for name in missing {
      Terminal.complain(
        "no debug information of \(name): use the vmlinux of the -dbg package, or one built with -g"
      )
    }
    return isUseless
  }

  private func open(_ file: MappedFile?, _ name: String) -> Opened? {
    guard let file, let data = try? DebugData(file, placesSections: true),
      let lines = try? SourceLines(data), !lines.isEmpty
    else {
      missing.append(name)
      return nil
    }
    return Opened(lines: lines, data: data)
  }

  /// Paths as the kernel's tree has them, as scripts/decode_stacktrace.sh writes them: without what
  /// precedes `init/main.c` where `kernel_init` is.
  private func shortened(_ places: [SourcePlace]) -> [SourcePlace] {
    if base == nil { base = .some(findBase()) }
    guard let base = base ?? nil, !base.isEmpty else { return places }
    return places.map { place in
      guard place.path.starts(with: base) else { return place }
      return SourcePlace(path: Array(place.path.dropFirst(base.count)), line: place.line)
    }
  }

  private func findBase() -> [UInt8]? {
    let file = Array("init/main.c".utf8)
    for (number, source) in names.sources.enumerated() where source.hasAddresses {
      guard let symbol = source.index.first(named: Array("kernel_init".utf8).rawSpan) else {
        continue
      }
      if kernels[number] == nil {
        kernels[number] = .some(
          open(names.debugFile(ofSource: number, search), names.path(ofSource: number)))
      }
      let address = source.index.table.addresses[symbol]
      let place = kernels[number]??.lines.places(of: address).last
      if let path = place?.path, path.count > file.count, path.suffix(file.count) == file[...] {
        return Array(path.dropLast(file.count))
      }
    }
    return nil
  }
}
