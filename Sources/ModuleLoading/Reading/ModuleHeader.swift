internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

/// What the loader reads of a module first: its names and modinfo.
struct ModuleHeader: Sendable {
  /// Where the module keeps its versions.
  enum VersionTable: UInt8 { case none, basic, extended }

  /// Name in the module structure (`mod->name`).
  var moduleName = ""
  /// Whether that name ends within its field.
  var isNameTerminated = true
  /// Name in modinfo, else in the structure (`info->name`).
  var infoName = ""
  /// Number of sections, for a log line.
  var sectionCount = 0
  /// Number of section headers that the file has room for, whatever it says.
  var roomForSections = 0
  /// How versions are looked up.
  var versionTable = VersionTable.none
  /// Whether its licence taints the kernel.
  var hasForeignLicence = false
  /// Namespaces it imports.
  var importedNamespaces: Set<String> = []
  /// The first namespace it imports that is for named modules, which no module may import.
  var forgedNamespace: String?
  /// Modules that its build found to export what it needs, as modinfo names them.
  var dependencies: [String] = []
  /// Its vermagic.
  var vermagic: String?

  /// Whether GPL-only exports are hidden from it: two modules are known to wrap others.
  var isProprietary: Bool {
    hasForeignLicence || moduleName == "driverloader" || moduleName == "lve"
  }

  /// A module of which nothing could be read.
  init() {}

  init(_ map: borrowing SectionMap, _ indices: ELFValidity.Indices, infoName: String?) {
    (moduleName, isNameTerminated) = map.structureName(indices.structure)
    self.infoName = infoName ?? moduleName
    sectionCount = map.sections.count
    let room = UInt64(map.length) - min(UInt64(map.length), map.header.sectionHeaderOffset)
    roomForSections = Int(clamping: room) / map.layout.sectionHeaderSize
    versionTable = indices.extendedCRCs != 0 ? .extended : indices.versions != 0 ? .basic : .none
    let info = map.moduleInfo(indices.info)
    hasForeignLicence = !GPLCompatibility.isCompatible(info.value("license"))
    var (namespaces, forged): (Set<String>, String?) = ([], nil)
    info.forEachPair { key, value in
      guard key.equals("import_ns") else { return }
      if forged == nil, value.starts(with: "module:") { forged = value.logText }
      // No kernel has a hundredth as many.
      if namespaces.count < 1 << 16 { namespaces.insert(value.logText) }
    }
    (importedNamespaces, forgedNamespace) = (namespaces, forged)
    // More than any module depends on, for lists that are made to be long.
    let list = (info.value("depends") ?? "").utf8.prefix(1 << 16)
    dependencies = list.split(separator: UInt8(ascii: ",")).map {
      String(decoding: $0, as: UTF8.self)
    }
    vermagic = info.value("vermagic")
  }
}
