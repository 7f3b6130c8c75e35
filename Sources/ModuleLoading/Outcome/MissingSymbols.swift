internal import ByteStorage
internal import KernelImages
internal import Kernels
internal import ModuleVersions
internal import SymbolTables

/// Why a kernel does not know symbols that modules need: it has them and does not export them, or the
/// compiler made the names.
struct MissingSymbols {
  private let kernel: OpenKernel?
  private let config: KernelConfig?
  private let exports: ExportTable?
  /// What the kernel exports of Rust, once somebody asks.
  private var crates: RustCrates?
  /// The kernel's own symbols, once somebody asks.
  private var index: SymbolIndex?
  private var isRead = false

  /// Most symbols of a module to explain.
  private static let mostExplained = 16

  init(_ kernel: OpenKernel?, _ facts: KernelFacts) {
    (self.kernel, config, exports) = (kernel, facts.config?.value, facts.exports?.value)
  }

  /// The causes, in the order of the symbols; one for all names that the compiler makes for one reason.
  mutating func causes(of problems: [SymbolProblem]) -> [LoadCause] {
    var causes: [LoadCause] = []
    var reasons: Set<CompilerName> = []
    var builds: Set<String> = []
    for problem in problems where problem.problem == .missing {
      guard causes.count < MissingSymbols.mostExplained else { break }
      if let cause = otherCrate(problem.name) {
        if builds.insert(cause.module ?? "").inserted { causes.append(cause) }
      } else if let cause = keptCause(problem.name) {
        causes.append(cause)
      } else if let reason = CompilerName(problem.name), reasons.insert(reason).inserted {
        causes.append(reason.cause(problem.name, config))
      }
    }
    return causes
  }

  /// Another build of the crate that has a symbol of Rust.
  private mutating func otherCrate(_ name: String) -> LoadCause? {
    guard name.hasPrefix("_R") else { return nil }
    let known = crates ?? RustCrates(exports)
    crates = known
    guard let (own, kernel) = known.difference(name) else { return nil }
    var cause = LoadCause(
      .otherCrateBuild, module: own.disambiguator, kernel: kernel.disambiguator)
    (cause.symbol, cause.owner) = (name, own.crate)
    if case .text(let compiler)? = config?["RUSTC_VERSION_TEXT"], !compiler.isEmpty {
      cause.options = [compiler]
    }
    return cause
  }

  private mutating func keptCause(_ name: String) -> LoadCause? {
    if !isRead {
      isRead = true
      index = (try? kernel?.symbols(as: .kernel)).map { SymbolIndex($0.table) }
    }
    guard let index, let found = index.first(named: Array(name.utf8).rawSpan),
      index.table.ownerIndex(at: found) == 0
    else { return nil }
    let address = index.table.addresses[found]
    var cause = LoadCause(.keptByKernel, symbol: name)
    cause.type = index.table.type(at: found)
    if !index.table.isRelative, address != 0 { cause.address = address }
    if config?.isSet("TRIM_UNUSED_KSYMS") ?? false { cause.options = ["TRIM_UNUSED_KSYMS"] }
    return cause
  }
}

/// Why a compiler calls what no source names.
private enum CompilerName: Hashable {
  /// For what the configuration asks of it.
  case option([String])
  /// Because the source is not for a kernel, or not built as one: `division`, `multiplication`,
  /// `floating-point`, `c++`, `user-space`, `position-independent`, `outline-atomics`.
  case library(String)

  /// Beginnings of names, and the options that make compilers use them.
  private static let options: [(String, [String])] = [
    ("__stack_chk_", ["STACKPROTECTOR"]), ("__asan_", ["KASAN"]), ("__hwasan_", ["KASAN"]),
    ("__ubsan_handle_cfi", ["CFI_CLANG"]), ("__ubsan_", ["UBSAN"]), ("__tsan_", ["KCSAN"]),
    ("__msan_", ["KMSAN"]), ("__sanitizer_cov_", ["KCOV"]), ("__cfi_", ["CFI_CLANG", "CFI"]),
    ("__kcfi_", ["CFI_CLANG", "CFI"]), ("__gcov_", ["GCOV_KERNEL"]),
    ("llvm_gcda_", ["GCOV_KERNEL"]),
    ("llvm_gcov_", ["GCOV_KERNEL"]), ("__llvm_profile_", ["PGO_CLANG"]),
    ("__gnu_mcount_nc", ["FUNCTION_TRACER"]), ("__fentry__", ["FUNCTION_TRACER"]),
    ("_mcount", ["FUNCTION_TRACER"]), ("mcount", ["FUNCTION_TRACER"]),
    ("__mcount", ["FUNCTION_TRACER"]), ("__x86_indirect_", ["MITIGATION_RETPOLINE", "RETPOLINE"]),
    ("__x86_return_thunk", ["MITIGATION_RETHUNK", "RETHUNK"]),
    ("__scs_", ["SHADOW_CALL_STACK"]), ("__lto_", ["LTO"]),
    ("stackleak_track_stack", ["GCC_PLUGIN_STACKLEAK"]),
    ("__sanitizer_", ["KCOV"]),
  ]

  /// The locks that are functions on machines with several processors, and options that decide it.
  private static let locks: [(String, [String])] = [
    ("_raw_spin_", ["SMP", "INLINE_SPIN_LOCK"]), ("_raw_read_", ["SMP"]), ("_raw_write_", ["SMP"]),
  ]
  /// What is done to all of them, and to those of one kind alone.
  ///
  /// - Note: include/linux/spinlock_api_smp.h and rwlock_api_smp.h (7.3).
  private static let lockActions: Set = [
    "lock", "lock_bh", "lock_irq", "lock_irqsave", "trylock", "unlock", "unlock_bh", "unlock_irq",
    "unlock_irqrestore",
  ]
  private static let otherLocks: Set = [
    "_raw_spin_lock_nested", "_raw_spin_lock_nest_lock", "_raw_spin_lock_irqsave_nested",
    "_raw_spin_trylock_bh", "_raw_write_lock_nested",
  ]

  private static let libraries: [(String, String)] = [
    ("__div", "division"), ("__udiv", "division"), ("__mod", "division"), ("__umod", "division"),
    ("__aeabi_uldivmod", "division"), ("__aeabi_ldivmod", "division"),
    ("__aeabi_d", "floating-point"), ("__aeabi_f", "floating-point"),
    ("__aeabi_i2", "floating-point"), ("__aeabi_ui2", "floating-point"),
    ("__float", "floating-point"), ("__fix", "floating-point"), ("__add", "floating-point"),
    ("__sub", "floating-point"), ("__mul", "multiplication"), ("__extend", "floating-point"),
    ("__trunc", "floating-point"),
    ("__gxx_personality", "c++"), ("__cxa_", "c++"), ("_Unwind_", "c++"), ("_Znw", "c++"),
    ("_Zna", "c++"), ("_Zdl", "c++"), ("_Zda", "c++"), ("_ZSt", "c++"),
    ("_GLOBAL_OFFSET_TABLE_", "position-independent"), ("__tls_get_addr", "position-independent"),
    // What GCC 10 and later make of atomic built-ins (-moutline-atomics), which the kernel's own code does not use.
    ("__aarch64_cas", "outline-atomics"), ("__aarch64_ld", "outline-atomics"),
    ("__aarch64_swp", "outline-atomics"),
  ]
  private static let userSpace: Set = [
    "printf", "puts", "putchar", "fprintf", "malloc", "calloc", "realloc", "free", "exit", "abort",
    "fopen", "fclose", "fread", "fwrite", "open", "close", "read", "write", "getenv", "perror",
    "main", "atoi", "strtol", "rand", "usleep", "pthread_create", "errno", "__errno_location",
    "__libc_start_main", "__printf_chk", "__memcpy_chk",
  ]
  /// Suffixes of the compiler's library for numbers of one and two words, and for floating point.
  ///
  /// - Note: GCC's internals, "Integer library routines" and "Routines for floating point emulation".
  private static let integers = ["di3", "di4", "ti3", "ti4"]
  private static let fractions = ["hf", "sf", "df", "tf", "xf"].flatMap {
    [$0, $0 + "2", $0 + "3"]
  }
  private static let conversions = ["si", "di", "ti"]

  /// What one of these does; `nil` if it is not one: `__divdi3` is the compiler's, `__div64_32` the kernel's.
  private static func arithmetic(_ name: String, _ kind: String) -> String? {
    if name.hasPrefix("__aeabi_") { return kind }
    func ends(_ suffixes: [String]) -> Bool { suffixes.contains { name.hasSuffix($0) } }
    if ends(fractions) || name.hasPrefix("__fix") && ends(conversions) { return "floating-point" }
    return kind != "floating-point" && ends(integers) ? kind : nil
  }

  init?(_ name: String) {
    if let found = CompilerName.options.first(where: { name.hasPrefix($0.0) }) {
      self = .option(found.1)
    } else if let lock = CompilerName.locks.first(where: { name.hasPrefix($0.0) }) {
      guard
        CompilerName.lockActions.contains(String(name.dropFirst(lock.0.count)))
          || CompilerName.otherLocks.contains(name)
      else { return nil }
      self = .option(lock.1)
    } else if CompilerName.userSpace.contains(name) {
      self = .library("user-space")
    } else if let found = CompilerName.libraries.first(where: { name.hasPrefix($0.0) }) {
      var kind: String? = found.1
      if ["division", "multiplication", "floating-point"].contains(found.1) {
        kind = CompilerName.arithmetic(name, found.1)
      }
      guard let kind else { return nil }
      self = .library(kind)
    } else {
      return nil
    }
  }

  func cause(_ name: String, _ config: KernelConfig?) -> LoadCause {
    switch self {
    case .library(let kind):
      var cause = LoadCause(.notOfKernel, symbol: name)
      cause.module = kind
      return cause
    case .option(let options):
      var cause = LoadCause(.madeByCompiler, symbol: name)
      cause.options = options
      cause.kernel = config.map { config in options.first { config.isSet($0) } ?? "" }
      return cause
    }
  }
}
