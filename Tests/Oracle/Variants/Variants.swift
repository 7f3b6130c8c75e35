import Foundation

/// Makes damaged copies of one module, one thing each, and prints a plan row for each.
///
/// usage: oracle-variants BASE.ko OUT_DIR [DEPS [FAMILY-PREFIX...]]
///
/// `oracle-variants --fuzz SEED COUNT BASE.ko OUT_DIR [DEPS]` makes mutations that follow from a seed.
///
/// Of a livepatch, klp=NAME,POSITION makes one that names a symbol, klpfn=NAME,POSITION one that
/// patches another function.
///
/// The copies are OUT_DIR/variants/<base>-<damage>.ko, made from the module without its signature.
/// Where the base is signed there are also `<base>-sig-stale.ko` (one byte changed under the
/// signature) and `<base>-unsigned.ko`.
@main
enum Variants {
  static func main() throws {
    let arguments = CommandLine.arguments
    if arguments.count >= 6, arguments[1] == "--fuzz" {
      return try Fuzzing.run(
        base: URL(filePath: arguments[4]), out: URL(filePath: arguments[5]),
        deps: arguments.count > 6 ? arguments[6] : "", seed: UInt64(arguments[2]) ?? 1,
        count: Int(arguments[3]) ?? 100)
    }
    guard arguments.count >= 3 else {
      return complain("usage: oracle-variants BASE.ko OUT_DIR [DEPS [PREFIX...]]")
    }
    let base = URL(filePath: arguments[1])
    let name = base.deletingPathExtension().lastPathComponent
    guard let signed = Module([UInt8](try Data(contentsOf: base))),
      let unsigned = Module(signed.splitSignature.module)
    else { return complain("\(arguments[1]): not an ELF file") }
    let deps = arguments.count > 3 ? arguments[3] : ""
    let prefixes = Array(arguments.dropFirst(4))
    let out = URL(filePath: arguments[2])
    try FileManager.default.createDirectory(
      at: out.appending(path: "variants"), withIntermediateDirectories: true)
    let named = prefixes.compactMap { prefix -> Damage? in
      if prefix.hasPrefix("klp=") { return Damage.naming(String(prefix.dropFirst(4))) }
      if prefix.hasPrefix("klpfn=") { return Damage.patching(String(prefix.dropFirst(6))) }
      return nil
    }
    for (damage, bytes) in variants(signed: signed, unsigned: unsigned, named)
    where prefixes.isEmpty || prefixes.contains(where: { damage.name.hasPrefix($0) }) {
      let file = "variants/\(name)-\(damage.name).ko"
      try Data(bytes).write(to: out.appending(path: file))
      print("V/\(name)-\(damage.name)\t\(file)\t\(deps)\t\(damage.flags)")
    }
  }

  static func variants(signed: Module, unsigned: Module, _ named: [Damage]) -> [(Damage, [UInt8])] {
    var made = [(Damage, [UInt8])]()
    made.append((Damage("unsigned") { _ in true }, unsigned.bytes.raw))
    let (module, trailer) = signed.splitSignature
    if !trailer.isEmpty, var stale = Module(module) {
      if let text = stale.section(".modinfo") { stale.bytes.raw[stale.offset(of: text) + 3] ^= 1 }
      made.append((Damage("sig-stale") { _ in true }, stale.bytes.raw + trailer))
      made.append((Damage("sig-stale-ignored", flags: 2) { _ in true }, stale.bytes.raw + trailer))
      made.append((Damage("sig-kept-ignored", flags: 1) { _ in true }, signed.bytes.raw))
    }
    for damage in Damage.all + named {
      var copy = unsigned
      if damage.apply(&copy) { made.append((damage, copy.bytes.raw)) }
    }
    return made
  }

  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(1)
  }
}
