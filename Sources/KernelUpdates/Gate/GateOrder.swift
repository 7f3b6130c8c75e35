/// Orders of weak-modules.
package enum GateOrder {
  /// Releases as its own sort has them: the numbers between dots and hyphens, the largest first.
  package static func newestFirst(_ releases: [String]) -> [String] {
    releases.map { (key: key($0), release: $0) }.sorted { left, right in
      if left.key != right.key { return right.key.lexicographicallyPrecedes(left.key) }
      return left.release > right.release
    }.map(\.release)
  }

  /// The first ten fields; a hyphen counts as two dots, and what is not a number as zero.
  private static func key(_ release: String) -> [Int] {
    var fields: [Int] = []
    for part in release.replacing("-", with: "..").split(
      separator: ".", omittingEmptySubsequences: false)
    {
      fields.append(Int(part.prefix { $0.isASCII && $0.isNumber }.prefix(18)) ?? 0)
    }
    return Array(fields.prefix(10)) + Array(repeating: 0, count: max(0, 10 - fields.count))
  }

  /// Numbers of modules that need each other, directly or through others; the groups in the order of
  /// their first modules.
  static func groups(_ modules: [GateModule?]) -> [[Int]] {
    var exporters: [[UInt8]: Int] = [:]
    for (number, module) in modules.enumerated() {
      for name in module?.exports.keys ?? [:].keys { exporters[name] = number }
    }
    var parents = Array(modules.indices)
    func root(_ number: Int) -> Int {
      var number = number
      while parents[number] != number {
        parents[number] = parents[parents[number]]
        number = parents[number]
      }
      return number
    }
    for (number, module) in modules.enumerated() {
      for need in module?.needs ?? [] {
        guard let exporter = exporters[need.name] else { continue }
        let (first, second) = (root(number), root(exporter))
        parents[max(first, second)] = min(first, second)
      }
    }
    var groups: [Int: [Int]] = [:]
    for number in modules.indices { groups[root(number), default: []].append(number) }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }
}
