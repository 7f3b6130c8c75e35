internal import ByteStorage

/// What the running kernel shows of itself in files that every user may read, where its image may not be read.
struct RunningKernel {
  /// The root directory of the machine, without a slash at the end.
  let root: String

  /// Its symbols.
  var symbols: String { "\(root)/proc/kallsyms" }

  /// Its types.
  ///
  /// - Note: kernel/bpf/sysfs_btf.c, 5.4 to 7.2: readable by all.
  var types: String { "\(root)/sys/kernel/btf/vmlinux" }

  /// Names that built-in code has in /sys/module, which modules cannot have; `nil` if the directory is not there.
  ///
  /// - Note: A loaded module has a file `initstate` there (`modinfo_attrs`, kernel/module/main.c; kernel/module.c up
  ///   to 5.18), built-in code has none: parameters and versions (kernel/params.c), since 6.15 also drivers
  ///   (`module_add_driver`, drivers/base/module.c).
  var builtinNames: Set<String>? {
    let names = DirectoryTree.names(in: "\(root)/sys/module")
    let found = names.filter { PathKind("\(root)/sys/module/\($0)/initstate") == .missing }
    return found.isEmpty ? nil : Set(found)
  }

  /// Gives its types to a function; `nil` if there are none.
  func withTypes<Result>(_ body: (RawSpan) throws -> Result?) -> Result? {
    var file = FileBuffer(limit: RunningKernel.mostTypes)
    guard (try? file.open(types)) != nil, let bytes = try? file.source.all() else { return nil }
    return (try? body(bytes)) ?? nil
  }

  /// Largest type information to read, in bytes: kernels have some 6 million.
  private static let mostTypes = 256 << 20
}
