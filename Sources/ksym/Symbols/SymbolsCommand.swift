internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import Kernels
internal import ModuleFiles
internal import SymbolFiles
internal import SymbolTables

struct SymbolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "symbols",
    abstract: "Print the symbol table of any kernel, in the formats other tools read.",
    usage: "ksym symbols [<options>] [<kernel>]",
    discussion: """
      Decodes the kernel's own table (kallsyms) from any kernel image, of every release, word size \
      and byte order; no symbols, no version and no debug information are needed. System.map, nm \
      output and /proc/kallsyms are read too, as are the symbol tables of a vmlinux without kallsyms \
      and of modules, whose symbols have offsets in their sections for addresses.

      Examples:
        ksym symbols /boot/vmlinuz-$(uname -r) > System.map
        ksym symbols --format kallsyms --type T --name 'vfs_*' bzImage
        ksym symbols --range 0xffffffff81000000-0xffffffff81001000 vmlinux
        ksym symbols --format elf -o vmlinux.syms bzImage && gdb vmlinux.syms
        ksym symbols --format elf --unwind --to both -o vmlinux.syms bzImage
        ksym symbols -k running --format kallsyms --to readable > for-perf
        ksym symbols --format elf --unwind --to both --install bzImage
        ksym symbols --format elf --unwind --loaded kallsyms -o vmlinux.syms bzImage
        ksym symbols --json Image | jq -r 'select(.type == "W") | .name'
        ksym symbols --format nm usb-storage.ko.xz
        ksym symbols --with-modules --name '*_exit' /boot/vmlinuz-$(uname -r)

      Formats: system-map and nm (by address, equal addresses by name), kallsyms (the kernel's \
      order, with the module after each name; capitals of modules' symbols say that they are \
      exported), json (one object a symbol: address, type, name, owner, and file and readable where \
      they are known), elf (a file with the symbols over the kernel's sections and contents, for gdb, \
      objdump, addr2line and perf).

      Exit status: 0 symbols were printed; 1 none is left after filtering; 2 the file cannot be \
      read, or has no symbols.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case nm, kallsyms, json, elf
    case systemMap = "system-map"
  }

  @Option(help: "Output format.") var format: Format = .systemMap

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp("Only names that fit (repeatable).", valueName: "glob"))
  var names: [String] = []

  @Option(help: ArgumentHelp("Only these type letters, such as Tt.", valueName: "letters"))
  var type: String?

  @Option(help: ArgumentHelp("Only addresses from the first up to the second.", valueName: "a-b"))
  var range: AddressRange?

  @Option(help: ArgumentHelp("Only this module's symbols, or vmlinux.", valueName: "name"))
  var module: String?

  @Flag(help: "Type letters as /proc/kallsyms of 6.1 to 6.18 prints them, wrong for long names.")
  var asKernel = false

  @OptionGroup var symbolFile: SymbolFileOptions
  @OptionGroup var kaslr: KASLROptions
  @OptionGroup var modules: ModuleSymbolOptions

  @Option(
    help: ArgumentHelp(
      "Add the symbols of the modules that this list has loaded: /proc/kallsyms or a copy, with "
        + "/proc/modules beside it, or a dump.", valueName: "list"), completion: .file())
  var loaded: String?

  @OptionGroup var json: JSONOption
  @OptionGroup var readable: ReadableOption
  @OptionGroup var input: InputOptions
  @OptionGroup var kernelPath: KernelPathOption

  @Argument(
    help: ArgumentHelp(
      "A kernel image, a memory dump, System.map, nm output, /proc/kallsyms, a module, a directory "
        + "of modules, or running."), completion: .file())
  var kernels: [String] = []

  func validate() throws {
    if (kernelPath.kernels + kernels).count > 1 {
      throw ValidationError("ksym symbols reads one kernel")
    }
    if loaded != nil {
      if modules.isWanted {
        throw ValidationError("--loaded adds the modules that are loaded: leave --with-modules out")
      }
      if !modules.paths.isEmpty, !symbolFile.unwind {
        throw ValidationError("--modules has the files of loaded modules for --unwind only")
      }
    }
    if format == .elf {
      if json.isWanted { throw ValidationError("--json and --format elf exclude each other") }
      if asKernel {
        throw ValidationError("--as-kernel is for lists: --format elf has no letters of types")
      }
      _ = try symbolFile.target()
    } else {
      try symbolFile.refuseUnused(json.isWanted ? .json : format)
    }
    for name in names where !NamePattern.isWellFormed(name) {
      throw ValidationError("--name \(name): a [ without its ]; write \\[ for the character")
    }
  }

  func run() throws {
    let format = json.isWanted ? .json : format
    let kernel = (kernelPath.kernels + kernels).first ?? "running"
    let view: SymbolView =
      format == .kallsyms ? .kernel : format == .systemMap ? .systemMap : .listed
    let reader = KernelInput(input)
    let opened = try reader.open(kernel)
    var source = try reader.symbols(
      of: opened, modules: loaded == nil ? modules : nil, kaslr: kaslr, as: view,
      modulesAs: format == .kallsyms ? .kernel : .file)
    let loadedModules = try loaded.map { list in
      try reader.addLoadedModules(of: list, to: &source, of: opened, files: modules)
    }
    let printer = SymbolPrinter(
      source, format: format, asKernel: asKernel, showsReadable: readable.isWanted,
      naming: symbolFile.naming ?? .linkage)
    let patterns = names.map { NamePattern($0) }
    let letters = type.map { Array($0.utf8) }
    let table = source.table
    let range = try linkedRange(source)
    let owner = module.map { wanted in
      // A dash in the name of a file is an underscore in that of the module.
      let name = String(wanted.map { $0 == "-" ? "_" : $0 })
      return table.ownerNames.firstIndex(of: wanted) ?? table.ownerNames.firstIndex(of: name) ?? -1
    }
    if owner == -1 { Terminal.complain("\(opened.path): no symbols of \(module ?? "")") }
    let chosen = (0..<table.count).filter { index in
      if let letters, !letters.contains(printer.type(of: index)) { return false }
      if let range, !range.contains(table.addresses[index]) { return false }
      if let owner, table.ownerIndex(at: index) != owner { return false }
      if patterns.isEmpty { return true }
      let name = table.name(at: index)
      return patterns.contains { $0.matches(name) }
    }
    if format == .elf, !json.isWanted, !chosen.isEmpty {
      try symbolFile.write(opened, source, chosen: chosen, loaded: loadedModules)
      return
    }
    var output = OutputBuffer(reserving: 1 << 17)
    for index in printer.ordered(chosen) {
      printer.write(index, to: &output)
      if output.bytes.count > 1 << 16, symbolFile.textFile == nil { Terminal.write(&output) }
    }
    let isWhole = source.unreadModules.isEmpty
    if chosen.isEmpty {
      if input.isVerbose {
        Terminal.complain("\(opened.path): none of \(table.count) symbols is left")
      }
    } else if let file = symbolFile.textFile {
      do { try AtomicFile.write(output.bytes, to: file) } catch {
        throw Terminal.trouble(error.explained)
      }
    } else {
      Terminal.write(&output)
    }
    throw ExitCode((isWhole ? chosen.isEmpty ? ExitStatus.no : .yes : .trouble).rawValue)
  }
}

extension SymbolsCommand {
  /// The range in addresses of the file: those of an image were not moved, and `--kaslr 0x…` says how far the
  /// addresses to look up were.
  private func linkedRange(_ source: KernelSymbolSource) throws -> AddressRange? {
    guard source.foreignMove != 0 else { return range }
    guard let range else {
      throw ValidationError(
        "--kaslr 0x…: addresses of an image were not moved, and only those of --range are looked up"
      )
    }
    return range.movedBack(by: source.foreignMove, toText: source.lowestText)
  }
}

/// Two addresses on the command line: `0x1000-0x2000`, without the last.
struct AddressRange: ExpressibleByArgument {
  let first: UInt64
  let last: UInt64

  init?(argument: String) {
    let parts = argument.split(separator: "-", maxSplits: 1).map(String.init)
    guard parts.count == 2, let first = hexadecimalNumber(parts[0]),
      let last = hexadecimalNumber(parts[1]), first <= last
    else { return nil }
    self.first = first
    self.last = last
  }

  /// The range before a kernel was moved; addresses below its text are not moved.
  func movedBack(by offset: UInt64, toText text: UInt64) -> AddressRange {
    func linked(_ address: UInt64) -> UInt64 { address >= text ? address &- offset : address }
    return AddressRange(linked(first), max(linked(first), linked(last)))
  }

  private init(_ first: UInt64, _ last: UInt64) { (self.first, self.last) = (first, last) }

  func contains(_ address: UInt64) -> Bool { address >= first && address < last }
}

/// A hexadecimal number with or without `0x`.
func hexadecimalNumber(_ text: String) -> UInt64? {
  UInt64(text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...], radix: 16)
}
