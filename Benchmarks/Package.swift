// swift-tools-version: 6.2
import PackageDescription

/// A program that measures the library.
func program(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: [.product(name: "KernelSymbols", package: "ksym")],
    swiftSettings: [
      .strictMemorySafety(),
      .treatAllWarnings(as: .error),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("InternalImportsByDefault"),
    ])
}

// What is measured beside peers and is not part of the command. A package of its own, so that users
// of the library and its tests do not build it.
let package = Package(
  name: "ksym-benchmarks",
  dependencies: [.package(name: "ksym", path: "..")],
  targets: [program("demangle-names"), program("lookup-digests")],
  swiftLanguageModes: [.v6]
)
