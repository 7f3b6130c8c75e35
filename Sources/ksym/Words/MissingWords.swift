internal import ModuleLoading

extension LoadCause {
  /// Why the kernel does not know a symbol.
  func missing(_ symbol: String) -> String {
    switch code {
    case .keptByKernel:
      let letter = type.map { String(UnicodeScalar($0)) } ?? "?"
      let place = address.map { "\(hexadecimal($0).dropFirst(2)) \(letter)" } ?? letter
      let isLocal = type.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } ?? false
      let reason =
        isLocal
        ? ", and it is local to its source file"
        : options.isEmpty
          ? ""
          : "; it keeps only the exports that were asked for when it was built (TRIM_UNUSED_KSYMS=y)"
      return "\(symbol): this kernel has it (\(place)) but does not export it\(reason)"
    case .madeByCompiler:
      let option = options.first ?? "?"
      let head = "\(symbol): the compiler makes this name for \(option)"
      switch kernel {
      case nil: return "\(head): the module was built with it, this kernel perhaps not"
      case "": return "\(head): the module was built with it, this kernel was not"
      case let same?:
        return
          "\(head): this kernel has \(same)=y too, in another form: build with its own configuration"
      }
    case .otherCrateBuild:
      let compiler = options.first.map { " (\($0))" } ?? ""
      return
        "the module was built for another build of the crate \(owner ?? "?") (\(module ?? "?"), the kernel has "
        + "\(kernel ?? "?")): build it with the kernel's own compiler\(compiler) and configuration"
    default: return "\(symbol): \(library)"
    }
  }

  private var library: String {
    switch module {
    case "division": "the compiler divides long numbers with it: use div64_u64 or do_div"
    case "multiplication":
      "the compiler multiplies integers of two words with it, which this kernel has no function for"
    case "outline-atomics":
      "the compiler calls it for its atomic built-ins (__atomic_…, __sync_…), which the kernel's code does not "
        + "use: use the kernel's atomic_t, or build with -mno-outline-atomics"
    case "floating-point": "the compiler uses it for floating point, which kernels do not have"
    case "c++": "it belongs to the library of C++, which kernels do not have"
    case "position-independent":
      "the module was built as position-independent code: build it with -fno-pic"
    default: "it is a function of user space, which kernels do not have"
    }
  }

  /// The suffix of a compressed module.
  var suffix: String {
    switch module {
    case "gzip": ".gz"
    case "zstd": ".zst"
    default: ".xz"
    }
  }

  /// How to pack a module so that a kernel can unpack it.
  var repacking: String {
    switch module {
    case "gzip": "pack it again with gzip -n"
    case "zstd": "pack it again with zstd"
    default: "pack it again with xz --check=crc32 --lzma2=dict=1MiB"
    }
  }
}
