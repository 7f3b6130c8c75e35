package import ByteStorage
package import KernelComparison
internal import ModuleFiles

/// A list of symbols against a kernel and its vendor modules, as Android's build checks it: what is listed
/// must be exported, and what modules need from the kernel must be listed.
package struct SymbolListCheck: Sendable {
  package enum Verdict: String, Sendable {
    /// Exported and listed.
    case kept
    /// Exported, and not listed: a trimmed kernel does not have it.
    case unlisted
    /// Not exported.
    case missing
  }

  /// A symbol that is listed, or that modules need.
  package struct Symbol: Sendable {
    package let name: String
    package let verdict: Verdict
    package let isListed: Bool
    /// Paths of the modules that need it.
    package let users: [String]
  }

  /// A module's export of a name that is kept for the kernel's own modules.
  package struct ProtectedExport: Sendable {
    package let name: String
    package let module: String
  }

  /// By the bytes of their names.
  package private(set) var symbols: [Symbol] = []
  package private(set) var protectedExports: [ProtectedExport] = []
  /// What could not be read.
  package private(set) var errors: [FileError] = []

  /// Checks a list.
  ///
  /// - Parameters:
  ///   - list: The list.
  ///   - kernel: What the kernel exports.
  ///   - modules: Vendor modules, and directories of them; what one of them exports need not be listed.
  ///   - protected: Names that such modules must not export.
  ///   - limit: Largest module after unpacking, in bytes.
  package init(
    _ list: NameSelection, kernel: ExportRecords, modules: [String], protected: NameSelection?,
    limit: Int
  ) {
    var users: [[UInt8]: [String]] = [:]
    var exported: Set<[UInt8]> = []
    var buffer = FileBuffer(limit: limit)
    for entry in ModulePaths.expand(modules) {
      switch entry {
      case .unreadable(let error): errors.append(error)
      case .file(let path):
        do {
          try buffer.open(path)
          let module = try GateModule(try ModuleFile(buffer.source))
          for need in module.needs where need.isUsed { users[need.name, default: []].append(path) }
          for name in module.exports.keys {
            exported.insert(name)
            if let protected, protected.contains(name.rawSpan) {
              protectedExports.append(ProtectedExport(name: name.rawSpan.text, module: path))
            }
          }
        } catch let error as FileError { errors.append(error) } catch let error as ParseError {
          errors.append(FileError(path: path, cause: .malformed(error)))
        } catch {}
      }
    }
    var names = Set(users.keys).subtracting(exported)
    for number in 0..<list.count { names.insert(list.name(number).array) }
    for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let isListed = list.contains(name.rawSpan)
      let verdict: Verdict =
        kernel.find(name.rawSpan) == nil ? .missing : isListed ? .kept : .unlisted
      symbols.append(
        Symbol(
          name: name.rawSpan.text, verdict: verdict, isListed: isListed, users: users[name] ?? []))
    }
    protectedExports.sort { ($0.name, $0.module) < ($1.name, $1.module) }
  }

  /// Whether everything is as it should be.
  package var isSound: Bool {
    protectedExports.isEmpty && symbols.allSatisfy { $0.verdict == .kept }
  }
}
