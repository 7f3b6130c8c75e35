package import ByteStorage
internal import KernelImages
internal import ModuleFiles
internal import ModuleTrust

/// One thing in which two builds of a module differ.
package struct ModuleDifference: Sendable, Hashable {
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// A word for it.
    package let rawValue: String

    /// A code by its word.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// `version` of `.modinfo`, which the author gives.
    package static let version = Code(rawValue: "version")
    /// `vermagic` of `.modinfo`.
    package static let vermagic = Code(rawValue: "vermagic")
    /// `srcversion` of `.modinfo`, a sum of the source files.
    package static let sourceVersion = Code(rawValue: "srcversion")
    /// The build ID.
    package static let buildID = Code(rawValue: "build-id")
    /// The signature, or that there is one; all else is the same.
    package static let signature = Code(rawValue: "signature")
    /// Other bytes, which none of the above explains: debug information was stripped, say.
    package static let content = Code(rawValue: "content")
  }

  /// What differs.
  package let code: Code
  /// What this module has, and what the other one; `nil` for nothing, or where it is no text.
  package let here, there: String?

  /// What two modules differ in; none if they are the same, byte by byte.
  ///
  /// - Throws: ``ParseError`` if a file has shrunk.
  package static func between(
    _ here: ByteSource, _ there: ByteSource
  ) throws(ParseError) -> [ModuleDifference] {
    if try here.all().equals(there.all()) { return [] }
    let (left, right) = (SignatureTrailer(here), SignatureTrailer(there))
    let (size, other) = (left?.contentLength ?? here.count, right?.contentLength ?? there.count)
    if left != nil || right != nil, size == other,
      try here.bytes(0..<size, in: "module").equals(there.bytes(0..<other, in: "module"))
    {
      return [ModuleDifference(code: .signature, here: nil, there: nil)]
    }
    let (first, second) = (facts(here), facts(there))
    let found = [Code.version, .vermagic, .sourceVersion, .buildID].compactMap { code in
      first[code] == second[code]
        ? nil : ModuleDifference(code: code, here: first[code], there: second[code])
    }
    return found.isEmpty ? [ModuleDifference(code: .content, here: nil, there: nil)] : found
  }

  private static func facts(_ source: ByteSource) -> [Code: String] {
    guard let module = try? ModuleFile(source) else { return [:] }
    var found: [Code: String] = [:]
    if let info = try? module.info() {
      found[.version] = info.value("version")
      found[.vermagic] = info.value("vermagic")
      found[.sourceVersion] = info.value("srcversion")
    }
    found[.buildID] = BuildID(in: module.elf)?.hexadecimal
    return found
  }
}
