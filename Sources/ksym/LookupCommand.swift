internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelFacts
internal import SymbolNames

/// `ksym lookup`: name or address to symbol.
struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Find symbols by name, readable name, pattern or address.",
    discussion: """
      A key is a linkage name, a source name (without what compilers append), a readable Rust path \
      or the end of one, a pattern, an address (0x…), or a name with an offset. NAME,2 is the \
      second of equal names by address, NAME@MODULE or MODULE:NAME that of a module.

      Examples:
        ksym lookup -k vmlinuz vfs_read 'init_once,2' print::call_printk
        ksym lookup -k vmlinuz 0xffffffff81234567 schedule+0x1c
        ksym lookup -k vmlinuz --era 6.6 --lto init_once.llvm.14172910296636650566

      With --era, names are answered as kallsyms_lookup_name of that release does; --lto says that \
      the kernel was built by Clang with ThinLTO.

      Exit status: 0 every key was found; 1 one was not; 2 the kernel cannot be read.
      """)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A kernel image, System.map, nm output, /proc/kallsyms, or running.", valueName: "path"),
    completion: .file())
  var kernel = "running"

  @Option(help: ArgumentHelp("Answer names as this release does.", valueName: "release"))
  var era: String?

  @Flag(help: "With --era: the kernel was built by Clang with ThinLTO.")
  var lto = false

  @Flag(help: "With --era: and with CFI (matters for 5.13 to 5.15).")
  var cfi = false

  @OptionGroup var common: CommonOptions

  @Argument(help: "Names, patterns or addresses.")
  var keys: [String]

  func validate() throws {
    if let era, KernelVersion(era) == nil {
      throw ValidationError("--era takes a release such as 6.6 or 6.10.7, not '\(era)'")
    }
    if era == nil && (lto || cfi) { throw ValidationError("--lto and --cfi belong to --era") }
  }

  func run() throws {
    let source = try KernelSymbolSource.read(kernel, common)
    let index = SymbolIndex(source.table)
    let lookup = era.flatMap { KernelVersion($0) }.map { version in
      EraLookup(
        index, LookupEra.of(version, .init(hasClangLTO: lto, hasCFIWithThinLTO: lto && cfi)))
    }
    let finder = SymbolFinder(index: index, era: lookup)
    let printer = LookupPrinter(
      index: index, width: source.addressWidth, isJSON: common.json,
      showsReadable: !common.noDemangle,
      terminal: Terminal(common.colour))
    var status = ExitStatus.yes
    var output = OutputBuffer()
    for key in keys {
      let found = finder.find(key)
      if found.isEmpty {
        status = .no
        Terminal.write(&output)
        Terminal.complain("\(key): not found")
      }
      for match in found { printer.write(key, match, to: &output) }
    }
    Terminal.write(&output)
    throw ExitCode(status.rawValue)
  }
}

/// A symbol that a key means, and how far from it.
struct FoundSymbol {
  let index: Int
  /// Distance of the address asked for, in bytes; `nil` where none was.
  var offset: UInt64?
}

/// Reads keys.
struct SymbolFinder {
  let index: SymbolIndex
  let era: EraLookup?

  /// All symbols that a key may mean; the first way of reading it that finds any counts.
  func find(_ key: String) -> [FoundSymbol] {
    if key.hasPrefix("0x"), let address = hexadecimalNumber(key) {
      return index.symbol(at: address).map { [FoundSymbol(index: $0.index, offset: $0.offset)] }
        ?? []
    }
    let exact = named(key)
    if !exact.isEmpty { return exact }
    if let plus = key.lastIndex(of: "+"),
      let offset = hexadecimalNumber(
        String(key[key.index(after: plus)...].prefix { $0 != "/" }))
    {
      return named(String(key[..<plus])).map { FoundSymbol(index: $0.index, offset: offset) }
    }
    if let comma = key.lastIndex(of: ","), let position = Int(key[key.index(after: comma)...]) {
      return named(String(key[..<comma])).filter {
        index.position(of: $0.index).position == position
      }
    }
    if let at = key.lastIndex(of: "@") {
      return named(String(key[..<at]), of: String(key[key.index(after: at)...]))
    }
    if let colon = key.firstIndex(of: ":"), !key.contains("::") {
      return named(String(key[key.index(after: colon)...]), of: String(key[..<colon]))
    }
    if era != nil { return [] }
    if NamePattern.isPattern(key) { return matching(key) }
    let found = key.contains("::") ? [] : source(key)
    return found.isEmpty ? readable(key) : found
  }

  private func named(_ name: String) -> [FoundSymbol] {
    let found = era?.answer(name).all ?? index.symbols(named: name)
    return found.map { FoundSymbol(index: $0) }
  }

  private func named(_ name: String, of owner: String) -> [FoundSymbol] {
    index.symbols(named: name).filter { index.table.owner(at: $0) == owner }
      .map { FoundSymbol(index: $0) }
  }

  private func matching(_ key: String) -> [FoundSymbol] {
    let pattern = NamePattern(key)
    return all { pattern.matches(index.table.name(at: $0)) }
  }

  private func source(_ key: String) -> [FoundSymbol] {
    all { symbol in
      let name = index.table.name(at: symbol).text
      return name.contains(key) && LinkageName.sourceName(of: name) == key
    }
  }

  /// Symbols whose readable path, without generic arguments, is the key or ends in it.
  private func readable(_ key: String) -> [FoundSymbol] {
    all { symbol in
      let name = index.table.name(at: symbol)
      guard name.starts(with: "_R") || name.starts(with: "_ZN"),
        let path = readableName(name.text)
      else { return false }
      let plain = SymbolFinder.withoutGenerics(path)
      return plain == key || plain.hasSuffix("::" + key)
    }
  }

  private func all(where test: (Int) -> Bool) -> [FoundSymbol] {
    (0..<index.table.count).filter(test).map { FoundSymbol(index: $0) }
  }

  /// A path without `::<…>` and `<…>` behind a name.
  static func withoutGenerics(_ path: String) -> String {
    var result: [UInt8] = []
    var depth = 0
    var previous: UInt8 = 0
    for byte in path.utf8 {
      if byte == UInt8(ascii: "<"), depth > 0 || !result.isEmpty {
        if depth == 0, result.suffix(2) == [0x3a, 0x3a] { result.removeLast(2) }
        depth += 1
      } else if byte == UInt8(ascii: ">"), depth > 0, previous != UInt8(ascii: "-") {
        depth -= 1
      } else if depth == 0 {
        result.append(byte)
      }
      previous = byte
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// Prints what a key means.
struct LookupPrinter {
  let index: SymbolIndex
  let width: Int
  let isJSON: Bool
  let showsReadable: Bool
  let terminal: Terminal

  func write(_ key: String, _ found: FoundSymbol, to output: inout OutputBuffer) {
    let table = index.table
    let name = table.name(at: found.index).text
    let address = table.addresses[found.index]
    let place = index.position(of: found.index)
    let size = index.symbol(at: address)?.size
    let aliases = aliases(of: found.index)
    let readable = showsReadable ? readableName(name) : nil
    if isJSON {
      var json = JSONWriter(output)
      output = OutputBuffer()
      json.beginObject()
      json.member("key", key)
      json.member("linkage", name)
      json.member("source", LinkageName.sourceName(of: name))
      json.member("readable", optional: readable)
      json.member("owner", table.owner(at: found.index))
      json.member("type", String(UnicodeScalar(table.type(at: found.index))))
      json.member("address", "0x" + String(address, radix: 16))
      json.key("size")
      if let size { json.value(Int(clamping: size)) } else { json.null() }
      json.key("offset")
      if let offset = found.offset { json.value(Int(clamping: offset)) } else { json.null() }
      json.key("sympos")
      json.value(place.position)
      json.key("equals")
      json.value(place.count)
      json.member("aliases", aliases)
      json.endObject()
      json.endLine()
      output = json.output
      return
    }
    output.append(hexadecimal: address &+ (found.offset ?? 0), width: width)
    output.append(0x20)
    output.append(table.type(at: found.index))
    output.append(" " + terminal.strong(plain(name)))
    if found.offset != nil || size != nil {
      output.append("+0x" + String(found.offset ?? 0, radix: 16))
    }
    if let size { output.append("/0x" + String(size, radix: 16)) }
    if table.ownerIndex(at: found.index) != 0 {
      output.append(" [\(plain(table.owner(at: found.index)))]")
    }
    if let readable { output.append("  " + plain(readable)) }
    if place.count > 1 { output.append(terminal.faint("  (\(place.position) of \(place.count))")) }
    if !aliases.isEmpty {
      output.append(terminal.faint("  (also \(plain(aliases.joined(separator: ", "))))"))
    }
    output.append("\n")
  }

  /// Other names of the same address.
  private func aliases(of symbol: Int) -> [String] {
    let table = index.table
    let address = table.addresses[symbol]
    guard let first = index.symbol(at: address)?.index, table.addresses[first] == address else {
      return []
    }
    var found: [String] = []
    for other in first..<min(table.count, first + 64) where table.addresses[other] == address {
      if other != symbol { found.append(table.name(at: other).text) }
    }
    return found
  }
}
