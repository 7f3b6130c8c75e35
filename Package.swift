// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target of our own: total, strict, warnings are errors.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

/// A C library of the system, named as Debian names it.
func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A library target of ksym with its tests. `dependencies` may only name targets of lower floors.
func floor(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Tests are built for release like what they test, but for the tests themselves: they run once.
let unoptimized = [SwiftSetting.unsafeFlags(["-Onone"], .when(configuration: .release))]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"],
    swiftSettings: strict + unoptimized)
}

/// A program that needs no library where it runs. Only its linking says so, as its objects are those of the
/// tests and of the C library too; what Foundation's static library needs has to be named then.
let standalone = [
  LinkerSetting.unsafeFlags(["-static-executable"], .when(configuration: .release)),
  .linkedLibrary("_FoundationCollections", .when(configuration: .release)),
  .linkedLibrary("_FoundationCShims", .when(configuration: .release)),
]

/// What the command's own tests wait for where everything is built: the command is compiled last and alone,
/// unless they are compiled beside it.
let beforeCommand: [Target.Dependency] =
  Context.environment["KSYM_BENCHMARKS"] == nil ? [] : ["KernelUpdates"]

let package = Package(
  name: "ksym",
  products: [
    .library(name: "KernelSymbols", targets: ["KernelSymbols"]),
    .executable(name: "ksym", targets: ["ksym"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Ground: bytes and work.
    system("CLzma", pkgConfig: "liblzma", apt: "liblzma-dev"),
    system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    system("CDeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
    system("CBzip2", apt: "libbz2-dev"),
    system("CLz4", pkgConfig: "liblz4", apt: "liblz4-dev"),
    system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    .target(name: "CGlibcExtras", publicHeadersPath: "."),
    floor(
      "ByteStorage",
      ["CGlibcExtras", "CLzma", "CZstd", "CDeflate", "CBzip2", "CLz4", "CCrypto"]),
    floor("OrderedWork", ["CGlibcExtras"]),
    floor("KernelReleases"),
    // Containers.
    floor("ELFFormat", ["ByteStorage"]),
    floor("BTFFormat", ["ByteStorage"]),
    floor("DWARFFormat", ["ByteStorage", "ELFFormat"]),
    floor("ArchiveFormats", ["ByteStorage"]),
    // Names.
    floor("SymbolNames", ["ByteStorage", "KernelReleases"]),
    // Symbols.
    floor("SymbolTables", ["ByteStorage", "KernelReleases", "ELFFormat", "SymbolNames"]),
    // Formats.
    floor("KernelImages", ["ByteStorage", "ELFFormat"]),
    floor(
      "Kallsyms", ["ByteStorage", "KernelReleases", "ELFFormat", "SymbolTables"]),
    floor("ModuleVersions", ["ByteStorage", "ELFFormat", "SymbolNames"]),
    floor("NameTables", ["ByteStorage", "SymbolNames"]),
    floor("SymtypesFormat", ["ByteStorage"]),
    floor("ModuleTrust", ["ByteStorage", "CCrypto", "KernelReleases"]),
    floor("UnwindTables", ["ByteStorage", "KernelReleases"]),
    // Subjects.
    floor(
      "ModuleFiles",
      [
        "ByteStorage", "ArchiveFormats", "ELFFormat", "SymbolNames", "SymbolTables",
        "ModuleVersions",
      ]),
    floor(
      "Kernels",
      [
        "ByteStorage", "OrderedWork", "KernelReleases", "ArchiveFormats", "ELFFormat", "BTFFormat",
        "SymbolTables", "KernelImages", "Kallsyms", "ModuleVersions", "ModuleTrust", "ModuleFiles",
      ]),
    floor("KernelComparison", ["ByteStorage", "ModuleVersions", "SymtypesFormat"]),
    // Answers.
    floor(
      "Livepatching",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "SymbolTables", "ModuleFiles", "Kernels",
      ]),
    floor(
      "ModuleLoading",
      [
        "ByteStorage", "OrderedWork", "KernelReleases", "ELFFormat", "BTFFormat", "SymbolTables",
        "KernelImages", "ModuleVersions", "ModuleTrust", "ModuleFiles", "Kernels",
        "Livepatching",
      ]),
    floor(
      "NameTranslation",
      ["ByteStorage", "SymbolNames", "SymbolTables", "NameTables", "DWARFFormat"]),
    floor(
      "SymbolSpelling", ["ByteStorage", "KernelReleases", "SymbolNames", "SymbolTables", "Kernels"]
    ),
    floor(
      "VersionConversion",
      [
        "CCrypto", "ByteStorage", "ELFFormat", "SymbolNames", "ModuleVersions", "ModuleTrust",
        "ModuleFiles",
      ]),
    floor(
      "Modpost", ["ByteStorage", "ELFFormat", "ModuleVersions", "ModuleFiles", "VersionConversion"]),
    floor(
      "NameAudits",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "SymbolNames", "SymbolTables",
        "KernelImages", "ModuleVersions", "ModuleFiles", "Kernels",
      ]),
    floor(
      "SymbolFiles",
      [
        "ByteStorage", "OrderedWork", "KernelReleases", "ELFFormat", "SymbolNames", "SymbolTables",
        "KernelImages", "Kallsyms", "UnwindTables", "Kernels",
      ]),
    floor(
      "KernelUpdates",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "ModuleVersions", "ModuleFiles", "Kernels",
        "ModuleLoading", "KernelComparison",
      ]),
    floor("TypeVersions", ["ByteStorage", "ELFFormat", "DWARFFormat", "SymtypesFormat"]),
    // Faces.
    floor(
      "KernelSymbols",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "SymbolNames", "SymbolTables", "KernelImages",
        "ModuleVersions", "NameTables", "ModuleFiles", "Kernels", "Livepatching", "ModuleLoading",
        "VersionConversion", "NameTranslation", "SymbolSpelling",
      ]),
    .executableTarget(
      name: "ksym",
      dependencies: [
        "ByteStorage", "OrderedWork", "KernelReleases", "ArchiveFormats", "ELFFormat",
        "SymbolNames",
        "SymbolTables", "KernelImages", "Kallsyms", "ModuleVersions", "NameTables", "ModuleFiles",
        "Kernels", "Livepatching", "ModuleLoading", "ModuleTrust", "VersionConversion",
        "Modpost", "NameTranslation", "SymbolSpelling", "NameAudits", "SymbolFiles",
        "SymtypesFormat", "KernelComparison", "KernelUpdates", "DWARFFormat", "BTFFormat",
        "TypeVersions",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict, linkerSettings: standalone),
    // Tests.
    .target(
      name: "TestSupport",
      dependencies: [
        "ByteStorage", "CGlibcExtras", "ELFFormat", "Kallsyms",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      path: "Tests/TestSupport", swiftSettings: strict),
    .executableTarget(
      name: "Snippets", dependencies: ["KernelSymbols"], path: "Tests/Snippets",
      swiftSettings: strict),
    // What is fuzzed; tests ask it about damaged inputs.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "ByteStorage", "KernelReleases", "ArchiveFormats", "ELFFormat", "BTFFormat", "SymbolNames",
        "SymbolTables", "KernelImages", "ModuleVersions", "Kallsyms", "NameTables", "ModuleTrust",
        "ModuleFiles", "UnwindTables", "Kernels", "Livepatching", "ModuleLoading",
        "VersionConversion", "Modpost", "NameTranslation", "SymbolFiles", "SymtypesFormat",
        "KernelComparison", "DWARFFormat", "TypeVersions",
      ],
      path: "Fuzz/Targets", swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
    .executableTarget(
      name: "oracle-variants", path: "Tests/Oracle/Variants",
      swiftSettings: strict + unoptimized),
    tests("ByteStorage", ["ByteStorage"]),
    tests("ArchiveFormats", ["ByteStorage", "ArchiveFormats"]),
    tests("ELFFormat", ["ByteStorage", "ELFFormat"]),
    tests("BTFFormat", ["ByteStorage", "ELFFormat", "BTFFormat", "KernelImages"]),
    tests("KernelImages", ["ByteStorage", "KernelReleases", "ELFFormat", "KernelImages"]),
    tests("SymbolNames", ["KernelReleases", "SymbolNames"]),
    tests(
      "SymbolTables",
      ["ByteStorage", "KernelReleases", "ELFFormat", "SymbolNames", "SymbolTables"]),
    tests("OrderedWork", ["OrderedWork"]),
    tests("KernelReleases", ["KernelReleases"]),
    tests("ModuleVersions", ["ByteStorage", "ELFFormat", "SymbolNames", "ModuleVersions"]),
    tests("UnwindTables", ["ByteStorage", "KernelReleases", "UnwindTables"]),
    tests("NameTables", ["ByteStorage", "SymbolNames", "NameTables"]),
    tests("SymtypesFormat", ["ByteStorage", "SymtypesFormat"]),
    tests("DWARFFormat", ["ByteStorage", "ELFFormat", "DWARFFormat"]),
    tests("TypeVersions", ["ByteStorage", "ELFFormat", "SymtypesFormat", "TypeVersions"]),
    tests("ModuleTrust", ["ByteStorage", "ModuleTrust"]),
    tests(
      "ModuleFiles",
      ["ByteStorage", "ELFFormat", "SymbolTables", "ModuleVersions", "ModuleFiles"]),
    tests(
      "Kernels",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "SymbolTables", "ModuleVersions",
        "KernelImages", "Kallsyms", "ModuleFiles",
        "Kernels",
      ]),
    tests(
      "ModuleLoading",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "KernelImages", "ModuleVersions", "Kernels",
        "Livepatching", "ModuleTrust", "ModuleLoading",
      ]),
    tests(
      "VersionConversion",
      ["ByteStorage", "ELFFormat", "ModuleVersions", "ModuleFiles", "Modpost", "VersionConversion"]
    ),
    tests(
      "Modpost",
      ["ByteStorage", "ELFFormat", "ModuleVersions", "Modpost", "VersionConversion"]),
    tests("KernelComparison", ["ByteStorage", "SymtypesFormat", "KernelComparison"]),
    tests(
      "KernelUpdates",
      [
        "ByteStorage", "ELFFormat", "ModuleFiles", "Kernels", "ModuleLoading", "KernelComparison",
        "KernelUpdates",
      ]),
    // The code of the articles, built as a program that sees only the public face.
    .testTarget(
      name: "KernelSymbolsTests", dependencies: ["KernelSymbols", "TestSupport"],
      swiftSettings: strict + unoptimized),
    // The built command: `swift build --build-tests` builds it too.
    tests("Command", ["ByteStorage", "ELFFormat"] + beforeCommand),
    tests("Answer", ["ByteStorage", "FuzzTargets"]),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "ByteStorage", "KernelReleases", "ELFFormat", "SymbolNames", "SymbolTables",
        "ModuleVersions", "KernelImages", "Kallsyms", "ModuleTrust", "ModuleFiles", "Kernels",
        "ModuleLoading", "Livepatching", "VersionConversion", "Modpost", "SymbolSpelling",
        "NameTranslation", "UnwindTables",
        "TestSupport",
      ],
      path: "Tests/Conformance", swiftSettings: strict + unoptimized),
    tests(
      "NameTranslation",
      [
        "ByteStorage", "SymbolNames", "SymbolTables", "NameTables", "DWARFFormat",
        "NameTranslation",
      ]),
    tests(
      "SymbolSpelling",
      ["ByteStorage", "KernelReleases", "SymbolTables", "Kernels", "SymbolSpelling"]),
    tests(
      "SymbolFiles",
      [
        "ByteStorage", "ELFFormat", "SymbolTables", "Kallsyms", "UnwindTables", "Kernels",
        "SymbolFiles",
      ]),
    tests("NameAudits", ["ByteStorage", "SymbolNames", "SymbolTables", "NameAudits"]),
    tests(
      "Livepatching",
      ["ByteStorage", "KernelReleases", "ELFFormat", "SymbolTables", "Livepatching"]),
    tests(
      "Kallsyms",
      [
        "ByteStorage", "KernelReleases", "ELFFormat", "SymbolTables", "KernelImages", "Kallsyms",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// Library/build.sh builds these: the C library.
if let version = Context.environment["KSYM_LIBRARY"] {
  func part(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
      name: name, dependencies: dependencies, path: path,
      cSettings: [.define("KSYM_VERSION", to: "\"\(version)\"")], swiftSettings: strict)
  }
  package.products.append(
    .library(name: "ksym-objects", type: .static, targets: ["KsymLibrary"]))
  package.targets += [
    part("CKsym", path: "Library/CKsym", []),
    part(
      "KsymLibrary", path: "Library/Swift",
      [
        "CKsym", "ByteStorage", "KernelReleases", "ELFFormat", "SymbolNames", "SymbolTables",
        "KernelImages", "ModuleVersions", "NameTables", "ModuleFiles", "Kernels", "Livepatching",
        "ModuleLoading", "NameTranslation", "SymbolSpelling",
      ]),
  ]
}

// Benchmarks/run.sh builds these: programs that measure what is not part of the command.
if Context.environment["KSYM_BENCHMARKS"] != nil {
  func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: name, dependencies: dependencies, path: "Benchmarks/Programs/\(name)",
      swiftSettings: strict, linkerSettings: standalone)
  }
  package.targets += [
    .systemLibrary(name: "CMalloc", path: "Benchmarks/Programs/CMalloc"),
    program("demangle-names", ["SymbolNames"]),
    program("find-tables", ["ByteStorage", "Kallsyms"]),
    program("lookup-digests", ["ByteStorage", "SymbolNames", "NameTables"]),
    program(
      "symbol-index",
      ["CMalloc", "ByteStorage", "ELFFormat", "SymbolTables", "KernelImages", "Kallsyms"]),
  ]
}

// Fuzz/run.sh builds this; libFuzzer comes with the toolchain.
if Context.environment["KSYM_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "ksym-fuzz", dependencies: ["ByteStorage", "FuzzTargets"], path: "Fuzz/Driver",
      swiftSettings: [.enableExperimentalFeature("Extern")],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}
