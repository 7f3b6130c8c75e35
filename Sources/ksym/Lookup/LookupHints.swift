internal import Kallsyms
internal import SymbolNames
internal import SymbolTables

extension SymbolFinder {
  /// Why a key finds nothing, where some part of it does, or which names are near; `nil` if neither
  /// is so.
  func whyNotFound(_ key: String, type: String?) -> String? {
    guard era == nil else { return nil }
    if type != nil, !find(key).isEmpty { return "it has another type" }
    let query = SymbolQuery(key)
    let named = find(query.name)
    guard !named.isEmpty else { return nearNames(query.name) }
    if let owner = query.owner {
      let owners = named.map { index.table.owner(at: $0.index) }
      if !owners.contains(owner) {
        return
          "not in \(owner); \(query.name) is in \(Set(owners).sorted().prefix(3).joined(separator: ", "))"
      }
    }
    if let position = query.position {
      let count = named.map(\.position.count).max() ?? 0
      return position == 0
        ? "there are \(count)" : "there \(count == 1 ? "is" : "are") only \(count)"
    }
    guard query.size != nil else { return nil }
    let sizes = Set(named.compactMap { index.size(of: $0.index) }).sorted()
    if sizes.isEmpty { return nil }
    return "its size is \(sizes.prefix(4).map { hexadecimal($0) }.joined(separator: " or "))"
  }

  private func nearNames(_ name: String) -> String? {
    guard HashedName(name) == nil, !NamePattern.isPattern(name), !name.contains("::") else {
      return nil
    }
    let names = index.names(near: name).map { plain($0) }
    return names.isEmpty ? nil : "did you mean \(names.joined(separator: ", "))?"
  }
}
