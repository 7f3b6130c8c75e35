internal import ByteStorage
package import KernelReleases
internal import Kernels
internal import SymbolNames
package import SymbolTables

/// Writes a symbol as the interfaces of the kernel and of its tools take it.
///
/// ```swift
/// let speller = SymbolSpeller(SymbolIndex(table), kernel: .init(release: KernelRelease("6.12")))
/// if let symbol = speller.index.first(named: name) {
///   print(speller.spelling(of: symbol, for: .kprobe).text ?? "")
/// }
/// ```
package struct SymbolSpeller: Sendable {
  /// What the spellings depend on besides the symbols.
  package struct Kernel: Sendable {
    /// The release; where it is unknown, the newest is taken.
    package var basis: ReleaseBasis
    /// Width of an address, in bits.
    package var wordBits: Int
    /// How it was built, as far as lookups by name depend on it.
    package var configuration: LookupEra.Configuration
    /// Whether addresses are those of a running kernel: those of an image are moved by KASLR.
    package var isRunning: Bool
    /// Which functions can be probed and traced; `nil` if the source does not say.
    package var sites: ProbeSites?

    /// Creates the facts.
    package init(
      release: KernelRelease?, wordBits: Int = 64,
      configuration: LookupEra.Configuration = .init(hasClangLTO: false), isRunning: Bool = false,
      sites: ProbeSites? = nil
    ) {
      basis = ReleaseBasis(release)
      self.wordBits = wordBits
      self.configuration = configuration
      self.isRunning = isRunning
      self.sites = sites
    }
  }

  /// The symbols.
  package let index: SymbolIndex
  /// What else is known of the kernel.
  package let kernel: Kernel
  /// How the kernel finds names.
  let lookup: EraLookup
  /// How it finds the symbols.
  let references: KnownReferences
  /// The names by which crash knows symbols, if that was prepared.
  let crashNames: CrashNames?

  /// Prepares to write symbols.
  ///
  /// - Parameters:
  ///   - index: The symbols.
  ///   - kernel: What else is known of the kernel.
  ///   - interfaces: The interfaces that ``spelling(of:for:)`` will be asked for.
  /// - Complexity: O(1); O(n) for crash, O(n log n) for kernels of eras that cut names.
  package init(
    _ index: SymbolIndex, kernel: Kernel, interfaces: [SymbolInterface] = SymbolInterface.allCases
  ) {
    self.index = index
    self.kernel = kernel
    crashNames = interfaces.contains(.crash) ? CrashNames(index) : nil
    lookup = EraLookup(index, LookupEra.of(kernel.basis.release, kernel.configuration))
    references = KnownReferences(lookup)
  }

  /// How a symbol of the table, or a place in it, is written for an interface.
  ///
  /// - Parameters:
  ///   - symbol: Index of the symbol.
  ///   - offset: Distance of the place from it, in bytes.
  ///   - interface: The interface.
  /// - Returns: What to write, or why there is nothing.
  package func spelling(
    of symbol: Int, at offset: UInt64 = 0, for interface: SymbolInterface
  ) -> SymbolSpelling {
    let isGenerated = index.table.isGenerated(at: symbol)
    let symbol = Symbol(symbol, self, offset: offset)
    if isGenerated, SymbolSpeller.needsFunctionOfSource.contains(interface) {
      return SymbolSpelling(interface, impossible: SpellingNote(.generated, symbol.module))
    }
    switch interface {
    case .kprobe: return kprobe(symbol)
    case .ftrace: return ftrace(symbol)
    case .perf: return perf(symbol)
    case .bpftrace: return bpftrace(symbol)
    case .livepatch: return livepatch(symbol)
    case .gdb: return gdb(symbol)
    case .crash: return crash(symbol)
    case .modversions: return modversions(symbol)
    }
  }

  /// The interfaces that take functions of the kernel and of modules, and nothing that it made while it ran:
  /// what /proc/kallsyms has for its module is not one, and is waited for in vain.
  ///
  /// - Note: kernel/trace/trace_kprobe.c `validate_probe_symbol`, kernel/kprobes.c
  ///   `check_kprobe_address_safe`, kernel/trace/ftrace.c `ftrace_match_record`, kernel/livepatch/core.c
  ///   `klp_find_object_module`, 6.12.
  private static let needsFunctionOfSource: Set<SymbolInterface> = [
    .kprobe, .ftrace, .perf, .bpftrace, .livepatch,
  ]

  /// The longest name that an interface of this kernel takes, in bytes.
  func limit(_ interface: NameLimit.Interface) -> Int {
    let limits = NameLimit.limits(release: kernel.basis.release, wordBits: kernel.wordBits)
    return limits.first { $0.interface == interface }?.maximum ?? .max
  }

  /// An address, as the kernel and its tools read it.
  func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  /// What to know about an address of an image.
  var addressRemarks: [SpellingNote] {
    if index.table.isRelative { return [SpellingNote(.relativeAddress)] }
    return kernel.isRunning ? [] : [SpellingNote(.linkedAddress)]
  }

  /// Whether only the running kernel, or a dump of one, knows the address of a symbol.
  func lacksAddress(_ symbol: Symbol) -> Bool { symbol.module != nil && !kernel.isRunning }
}

/// A symbol with what the spellings ask of it.
struct Symbol {
  let index: Int
  let name: String
  let address: UInt64
  /// Distance of the place in it that is meant, in bytes.
  let offset: UInt64
  /// Bytes up to the next symbol, as the kernel counts.
  let size: UInt64
  /// The module it belongs to; `nil` for the kernel itself.
  let module: String?
  /// Whether its type letter is one of code.
  let isCode: Bool
  /// Which of those that the kernel takes for the same name it is.
  let position: SymbolPosition
  /// The name by which the kernel finds it.
  let searchedName: String

  init(_ index: Int, _ speller: SymbolSpeller, offset: UInt64) {
    let table = speller.index.table
    self.index = index
    self.offset = offset
    name = table.name(at: index).text
    address = table.addresses[index]
    let match = speller.index.symbol(at: address)
    size = match.flatMap { $0.offset == 0 ? $0.size : nil } ?? 0
    module = table.ownerIndex(at: index) == 0 ? nil : table.owner(at: index)
    let type = table.type(at: index) | 0x20
    isCode = type == UInt8(ascii: "t") || type == UInt8(ascii: "w")
    let reference = speller.references.reference(to: index)
    position = reference.position
    searchedName = reference.name
  }

  /// Its position among those of its name, as a remark.
  var positionRemark: SpellingNote { SpellingNote(.position, nil, position.number, position.count) }

  /// The address of the place that is meant.
  var place: UInt64 { address &+ offset }

  /// What follows its name for the place that is meant: nothing for its start.
  var suffix: String { offset == 0 ? "" : "+0x" + String(offset, radix: 16) }

  /// What to know about a place that is not the symbol's start.
  var placeRemarks: [SpellingNote] { offset == 0 ? [] : [SpellingNote(.instructionStart)] }

  /// Whether it marks the bytes before a function: its type (`__cfi_`) or its padding (`__pfx_`).
  var isBeforeFunction: Bool { name.hasPrefix("__cfi_") || name.hasPrefix("__pfx_") }

  /// Whether no other symbol of the kernel or module has its name.
  var isUnique: Bool { position.isUnique }
}
