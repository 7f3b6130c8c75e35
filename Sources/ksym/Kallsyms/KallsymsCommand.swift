internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import Kernels
internal import SymbolTables

struct KallsymsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kallsyms", abstract: "Decode and encode the kernel's symbol tables themselves.",
    discussion: """
      ksym symbols prints the symbols in these tables; this shows and makes the tables.

      Examples:
        ksym kallsyms decode /boot/vmlinuz-$(uname -r)
        ksym kallsyms encode --all-symbols System.map > kallsyms.S

      Exit status: 0 done; 1 a line or an address cannot be encoded; 2 a file cannot be read, or has \
      no tables.
      """, subcommands: [KallsymsDecodeCommand.self, KallsymsEncodeCommand.self])
}

struct KallsymsDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Show where the tables lie in a kernel image, and how they are laid out.",
    usage: "ksym kallsyms decode [<options>] <kernel>",
    discussion: """
      Offsets are in bytes from the start of the unpacked kernel.

      Examples:
        ksym kallsyms decode /boot/vmlinuz-$(uname -r)

      Exit status: 0 the tables were found; 2 they were not.
      """)

  @OptionGroup var json: JSONOption
  @OptionGroup var input: InputOptions

  @Argument(help: "A kernel image.", completion: .file()) var kernel: String

  func run() throws {
    let reader = KernelInput(input)
    let source = try reader.symbols(of: reader.open(kernel))
    guard let tables = source.tables else {
      let kind =
        source.origin == .modules ? "a module, which has no such tables" : "a list of symbols"
      throw Terminal.trouble("\(kernel): is \(kind), not a kernel image")
    }
    var output = OutputBuffer()
    if json.isWanted {
      writeJSON(tables, source, to: &output)
    } else {
      writeText(tables, source, to: &output)
    }
    Terminal.write(&output)
  }

  private func ranges(_ tables: KallsymsTables) -> [(String, Range<Int>)] {
    let addresses = tables.encoding == .absolute ? "kallsyms_addresses" : "kallsyms_offsets"
    let all: [(String, Range<Int>?)] = [
      ("kallsyms_num_syms", tables.countOffset..<(tables.countOffset + 4)),
      ("kallsyms_names", tables.names), ("kallsyms_markers", tables.markers),
      ("kallsyms_token_table", tables.tokenTable), ("kallsyms_token_index", tables.tokenIndex),
      (addresses, tables.addresses), ("kallsyms_relative_base", tables.relativeBase),
      ("kallsyms_seqs_of_names", tables.sequences),
    ]
    return all.compactMap { name, range in range.map { (name, $0) } }.sorted {
      $0.1.lowerBound < $1.1.lowerBound
    }
  }

  private func writeText(
    _ tables: KallsymsTables, _ source: KernelSymbolSource, to output: inout OutputBuffer
  ) {
    func row(_ name: String, _ value: String) {
      output.append(padded(name, to: 23) + " " + value + "\n")
    }
    if let release = source.release { row("release", release) }
    row("symbols", "\(tables.count)")
    row("byte order", tables.order == .little ? "little-endian" : "big-endian")
    row("word size", tables.wordSize.map { "\($0 * 8) bits" } ?? "unknown")
    row("addresses", tables.encoding.rawValue)
    row("name lengths", lengths(tables))
    row("marker size", "\(tables.markerSize) bytes")
    if tables.sequenceSize > 0 { row("sequence numbers", "\(tables.sequenceSize) bytes") }
    for (name, range) in ranges(tables) {
      let place = "\(hexadecimal(range.lowerBound))..\(hexadecimal(range.upperBound))"
      row(name, "\(place) (\(range.count) bytes)")
    }
  }

  private func lengths(_ tables: KallsymsTables) -> String {
    switch tables.hasTwoByteLengths {
    case true: "one or two bytes"
    case false: "one byte"
    default: "one byte (none of 128 or more)"
    }
  }

  private func writeJSON(
    _ tables: KallsymsTables, _ source: KernelSymbolSource, to output: inout OutputBuffer
  ) {
    output.beginObject()
    output.member("release", optional: source.release)
    output.member("symbols", optional: tables.count)
    output.member("byteOrder", tables.order == .little ? "little" : "big")
    output.member("wordBits", optional: tables.wordSize.map { $0 * 8 })
    output.member("encoding", tables.encoding.rawValue)
    output.member("tables", objects: ranges(tables)) { item, json in
      let (name, range) = item
      json.member("name", name)
      json.member("offset", optional: range.lowerBound)
      json.member("size", optional: range.count)
    }
    output.endLine()
  }
}

struct KallsymsEncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Write the assembly text of the tables, as the kernel's scripts/kallsyms does.",
    usage: "ksym kallsyms encode [<options>] <map>",
    discussion: """
      The text, the messages and the exit status are those of the program of the release named.

      Examples:
        ksym kallsyms encode --all-symbols System.map > kallsyms.S
        nm -n vmlinux | sed -f scripts/mksysmap | ksym kallsyms encode - > k.S

      Exit status: 0 the text was written; 1 a line is malformed or an address out of range (as \
      scripts/kallsyms); 2 the file cannot be read.
      """)

  @Flag(help: "All symbols, not only functions.") var allSymbols = false
  @Flag(help: "Offsets from _text instead of addresses (7.0 and later).") var pcRelative = false
  @Flag(help: "Offsets from a base (implied for 6.12 to 6.19).") var baseRelative = false
  @Flag(help: "Per-CPU symbols are absolute (6.14 and before).") var absolutePercpu = false

  @Option(help: ArgumentHelp("The release to write as, 6.12 or later.", valueName: "release"))
  var release = KernelRelease.newest.description

  @OptionGroup var size: SizeOption

  @Argument(help: "Output of nm -n, such as System.map, or -.", completion: .file()) var map: String

  private var form: KallsymsEncoder.Form? { KernelRelease(release).flatMap { .init($0) } }

  func validate() throws {
    guard let form else {
      throw ValidationError("--release takes 6.12 or a later release, not '\(release)'")
    }
    if form == .v6_12 && pcRelative {
      throw ValidationError("--pc-relative exists from 7.0 on, not in \(release)")
    }
    if form != .v6_12 && (absolutePercpu || baseRelative) {
      throw ValidationError(
        "--\(baseRelative ? "base-relative" : "absolute-percpu") does not exist in \(release)")
    }
  }

  func run() throws {
    var file = FileBuffer(limit: size.limit)
    let outcome: KallsymsEncoder.Outcome
    do {
      try file.open(map)
      outcome = KallsymsEncoder.assemble(
        try file.source.all(),
        .init(
          form: form ?? .v7_3, includesAllSymbols: allSymbols, isPlaceRelative: pcRelative,
          makesPerCPUAbsolute: absolutePercpu)
      ) { piece in
        var output = OutputBuffer()
        output.append(piece)
        Terminal.writeMachineLines(&output)
      }
    } catch {
      throw Terminal.trouble(error.explained)
    }
    Terminal.complain(machineLines: outcome.messages)
    throw ExitCode(outcome.exitStatus)
  }
}
