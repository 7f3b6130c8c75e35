internal import Kallsyms
internal import SymbolNames
internal import SymbolTables

extension SymbolFinder {
  /// Why a key finds nothing, where some part of it does, or which names are near; `nil` if neither
  /// is so.
  func whyNotFound(_ key: String, type: String?) -> String? {
    guard era == nil else { return nil }
    if type != nil, !find(key).isEmpty { return "it has another type" }
    var query = SymbolQuery(key)
    (query.offset, query.size) = (nil, nil)
    let places = find(query)
    if !places.isEmpty { return sizes(places) }
    let position = query.position
    query.position = nil
    let equals = find(query).filter { !$0.isClone }
    if !equals.isEmpty {
      let count = equals.map(\.position.count).max() ?? 0
      if position == 0 { return "there are \(count)" }
      return "there \(count == 1 ? "is" : "are") only \(count)"
    }
    guard let owner = query.owner else { return whyUnknown(query.name) }
    query.owner = nil
    let owners = Set(find(query).map { index.table.owner(at: $0.index) }).sorted()
    if owners.isEmpty { return whyUnknown(query.name) }
    return "not in \(owner); \(query.name) is in \(owners.prefix(3).joined(separator: ", "))"
  }

  private func sizes(_ found: [FoundSymbol]) -> String? {
    let sizes = Set(found.compactMap { index.size(of: $0.index) }).sorted()
    if sizes.isEmpty { return nil }
    return "its size is \(sizes.prefix(4).map { hexadecimal($0) }.joined(separator: " or "))"
  }

  /// What the table lacks, and which names are near.
  private func whyUnknown(_ name: String) -> String? {
    var all =
      index.hasFunctionsOnly ? ["this table has functions only, as without KALLSYMS_ALL"] : []
    if !NamePattern.isWellFormed(name) {
      all.append("it has a [ without its ] (write \\[ for the character)")
    }
    if let near = nearNames(name) { all.append(near) }
    return all.isEmpty ? nil : all.joined(separator: "; ")
  }

  private func nearNames(_ name: String) -> String? {
    guard HashedName(name) == nil, !NamePattern.isPattern(name), !name.contains("::") else {
      return nil
    }
    let names = index.names(near: name).map { plain($0) }
    return names.isEmpty ? nil : "did you mean \(names.joined(separator: ", "))?"
  }
}
