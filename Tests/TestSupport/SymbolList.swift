/// A list of symbols as a kernel of some size has them, as `nm -n` prints it.
///
/// - Parameters:
///   - count: Number of symbols.
///   - base: Address of the first, `_text`; per-CPU symbols precede it.
///   - perCPU: How many of them have small addresses.
/// - Returns: Lines that end with a newline.
package func symbolList(count: Int, base: UInt64, perCPU: Int = 0) -> String {
  let words = ["vfs", "read", "init", "lock", "page", "alloc", "net", "rx", "show", "store"]
  var lines = ""
  for index in 0..<count {
    let isPerCPU = index < perCPU
    let address = isPerCPU ? UInt64(index) * 64 : base + UInt64((index - perCPU) / 3) * 16
    var name = "\(words[index % 10])_\(words[index / 10 % 10])\(index % 97 == 5 ? "" : "_\(index)")"
    if index == perCPU { name = "_text" }
    if index == perCPU + 1 { name = "_stext" }
    if index % 61 == 7 { name += ".llvm.\(1_234_567 &* index)" }
    if index == 200 { name = String(repeating: "x", count: 300) + "ABCDEFGHIJKLMNOPQ" }
    let type = ["t", "T", "d", "b"][index % 4]
    lines += "\(String(address, radix: 16)) \(type) \(name)\n"
  }
  return lines
}
