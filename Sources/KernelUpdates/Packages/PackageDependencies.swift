package import ByteStorage
package import KernelComparison
package import ModuleFiles
internal import ModuleVersions

/// What packages of kernels and modules say that they provide and require: a dependency for each symbol
/// with its version, as the scripts of rpm write them (Fedora's kernel-srpm-macros 1.0-20; openSUSE's
/// rpm-config-SUSE of 2026), of names of any length and versions of both layouts.
package struct PackageDependencies {
  package enum Style: String, Sendable, CaseIterable { case redhat, suse }

  /// A symbol that a package provides or requires.
  package struct Dependency: Sendable, Hashable {
    /// The kernel's release, as the first word of a module's vermagic.
    package let release: String
    package let name: [UInt8]
    package let crc: UInt64
    /// Whether it is the kernel's own, and not that of any module.
    package let isOfKernel: Bool
  }

  /// Something that the dependencies do not show.
  package enum Problem: Sendable, Hashable {
    /// The module has no versions: what it needs is not known.
    case noVersions
    /// An export has the version 0, or none.
    case noVersion(name: String)
    /// Nothing names the release, the end of which is the flavour in SUSE's form: nothing is written.
    case noFlavour
  }

  package let style: Style
  /// What the package provides or requires, in the order in which it was found.
  package private(set) var dependencies: [Dependency] = []
  /// Names of modules, for ``Style/suse``.
  private var modules: [String] = []
  /// What modules provide that also require something, in SUSE's form: requirements of the same are left out.
  private var ownProvides: Set<Dependency> = []
  /// The last part of the release, if it is given.
  private let flavour: String?

  package init(_ style: Style, flavour: String? = nil) {
    self.style = style
    self.flavour = flavour
  }

  /// Adds what a module exports.
  ///
  /// - Parameters:
  ///   - module: The module.
  ///   - path: Its path, which says whether it is one of the kernel's own.
  /// - Returns: What is wrong with it.
  /// - Throws: ``ParseError`` if it is damaged.
  package mutating func addProvides(
    of module: borrowing ModuleFile, path: String
  ) throws(ParseError) -> [Problem] {
    let release = try PackageDependencies.release(of: module)
    if lacksFlavour(release) { return [.noFlavour] }
    let table = try module.exports(ofFile: path)
    modules.append(ModulePaths.moduleName(ofFile: path))
    let isOfKernel = PackageDependencies.isOfKernel(path)
    var problems: [Problem] = []
    let symbols = table.rows.allSatisfy(\.hasCRC) ? [:] : try VersionSymbols.read(module.elf)
    for row in table.rows {
      let name = table.bytes(row.name)
      guard let crc = row.hasCRC ? UInt64(row.crc) : symbols[name.array] else {
        problems.append(.noVersion(name: name.text))
        continue
      }
      if crc == 0 { problems.append(.noVersion(name: name.text)) }
      dependencies.append(
        Dependency(release: release, name: name.array, crc: crc, isOfKernel: isOfKernel))
    }
    return problems
  }

  /// Adds what a kernel exports; of Red Hat's only what vmlinux does, as its modules are files, too.
  ///
  /// - Parameters:
  ///   - kernel: The exports.
  ///   - path: The file that they were read from, whose name or directory is that of a release.
  /// - Returns: What is wrong with it.
  package mutating func addProvides(of kernel: ExportRecords, path: String) -> [Problem] {
    let release = PackageDependencies.release(ofSymvers: path)
    if lacksFlavour(release) { return [.noFlavour] }
    for row in kernel.rows {
      let module = kernel.bytes(row.module)
      if style == .redhat, !module.equals("vmlinux") { continue }
      dependencies.append(
        Dependency(
          release: release, name: kernel.bytes(row.name).array, crc: UInt64(row.crc),
          isOfKernel: true))
    }
    return []
  }

  private func lacksFlavour(_ release: String) -> Bool {
    style == .suse && (flavour ?? PackageDependencies.flavour(of: release)).isEmpty
  }

  /// The release in `symvers-RELEASE.gz` or `RELEASE/Module.symvers`; empty if there is none.
  private static func release(ofSymvers path: String) -> String {
    let parts = path.split(separator: "/")
    if var name = parts.last, name.hasPrefix("symvers-") {
      name = name.dropFirst(8)
      for suffix in [".gz", ".xz", ".zst"] where name.hasSuffix(suffix) {
        name = name.dropLast(suffix.count)
      }
      return String(name)
    }
    let directory = parts.dropLast().last ?? ""
    return directory.first?.isNumber == true ? String(directory) : ""
  }

  /// Adds what a module needs, by its version table.
  ///
  /// - Parameters:
  ///   - module: The module.
  ///   - kernel: What the kernel exports that it was built for: its symbols are the kernel's, if the
  ///     version is the same.
  /// - Returns: What is wrong with it.
  /// - Throws: ``ParseError`` if it is damaged.
  package mutating func addRequires(
    of module: borrowing ModuleFile, kernel: ExportRecords?
  ) throws(ParseError) -> [Problem] {
    let release = try PackageDependencies.release(of: module)
    if lacksFlavour(release) { return [.noFlavour] }
    let tables = try module.versions()
    var found: [Dependency] = []
    var known: Set<[UInt8]> = []
    func add(_ record: borrowing VersionRecord) {
      let name = record.name.array
      guard record.digest == nil, known.insert(name).inserted else { return }
      let row = kernel?.find(record.name)
      let isSame = row.map { UInt64(kernel?.rows[$0].crc ?? 0) == record.crc } ?? false
      found.append(
        Dependency(release: release, name: name, crc: record.crc, isOfKernel: isSame))
    }
    tables.forEach { layout, record in if layout != .extended { add(record) } }
    // Basic ones leave out long names.
    tables.forEach { layout, record in if layout == .extended { add(record) } }
    dependencies += found
    // find-requires.ksyms reads versions of exports from absolute symbols only.
    if style == .suse {
      for (name, crc) in try VersionSymbols.read(module.elf, onlyAbsolute: true) {
        ownProvides.insert(Dependency(release: release, name: name, crc: crc, isOfKernel: false))
      }
    }
    return found.isEmpty ? [.noVersions] : []
  }

  /// The lines that rpm reads, in the order of the scripts.
  package func write(to output: inout OutputBuffer, areRequires: Bool) {
    var lines = Set<[UInt8]>()
    var sorted: [(key: [UInt8], line: [UInt8])] = []
    func add(_ key: [UInt8], _ line: [UInt8]) {
      if lines.insert(key).inserted { sorted.append((key, line)) }
    }
    if style == .suse, !areRequires {
      for module in modules {
        add(Array("kmod(\(module).ko)".utf8), Array("kmod(\(module).ko)".utf8))
      }
    }
    for dependency in dependencies where !(areRequires && isProvided(dependency)) {
      var line = OutputBuffer()
      if style == .redhat {
        line.append(dependency.isOfKernel ? "kernel(" : "ksym(")
        line.append(dependency.name)
        line.append(")")
        let key = line.bytes
        line.append(" = 0x")
        line.append(hexadecimal: dependency.crc, width: 8)
        add(key, line.bytes)
      } else {
        line.append("ksym(\(flavour ?? PackageDependencies.flavour(of: dependency.release)):")
        line.append(dependency.name)
        line.append(") = ")
        line.append(hexadecimal: dependency.crc, width: 1)
        // Requirements come out as release, version and name are sorted.
        let text = String(dependency.crc, radix: 16)
        let key = Array("\(dependency.release)/\(text)/".utf8) + dependency.name
        add(areRequires ? key : line.bytes, line.bytes)
      }
    }
    for entry in sorted.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      output.append(entry.line)
      output.append(0x0a)
    }
  }

  /// Whether a module of the same run provides what another requires, "requirements that we fulfill ourself".
  private func isProvided(_ dependency: Dependency) -> Bool {
    ownProvides.contains(
      Dependency(
        release: dependency.release, name: dependency.name, crc: dependency.crc, isOfKernel: false))
  }

  /// The text after the last hyphen of a release.
  private static func flavour(of release: String) -> String {
    release.split(separator: "-", omittingEmptySubsequences: false).last.map(String.init) ?? ""
  }

  /// The release that a module was built for: the first word of its vermagic; empty if it has none.
  package static func release(of module: borrowing ModuleFile) throws(ParseError) -> String {
    let vermagic = try module.info()?.value("vermagic") ?? ""
    return vermagic.split(separator: " ").first.map(String.init) ?? ""
  }

  /// Whether a path is that of a module in the kernel's own tree, `lib/modules/RELEASE/kernel`.
  private static func isOfKernel(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    for index in parts.indices.dropLast(3)
    where parts[index] == "lib" && parts[index + 1] == "modules" && parts[index + 3] == "kernel" {
      return true
    }
    return false
  }
}
