// swift-tools-version: 6.2
import PackageDescription

// What is measured beside peers and is not part of the command. A package of its own, so that users
// of the library and its tests do not build it.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A program that uses the library as others do.
func program(_ name: String, _ more: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name, dependencies: [.product(name: "KernelSymbols", package: "ksym")] + more,
    swiftSettings: strict)
}

let package = Package(
  name: "ksym-benchmarks",
  dependencies: [.package(name: "ksym", path: "..")],
  targets: [
    .systemLibrary(name: "CMalloc"),
    program("demangle-names"), program("symbol-index", ["CMalloc"]), program("find-tables"),
    program("lookup-digests"),
  ],
  swiftLanguageModes: [.v6]
)
