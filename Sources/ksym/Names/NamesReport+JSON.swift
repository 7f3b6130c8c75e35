internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import NameAudits
internal import SymbolNames
internal import SymbolTables

extension NamesReport {
  func writeJSON(to output: inout OutputBuffer) {
    output.beginObject()
    output.member("sources", sources)
    output.members(of: audit.all)
    output.member("owners", optional: audit.owners)
    output.member("rust", object: audit.rust) { $1.members(of: $0) }
    writeLengths(&output)
    writeLimits(&output)
    output.member("versions", object: audit.versioned) { versioned, json in
      json.member("exported", optional: versioned.exported)
      json.member("required", optional: versioned.required)
      json.member("long64", optional: versioned.tooLong64)
      json.member("long32", optional: versioned.tooLong32)
      json.member("long", versioned.longNames.map { String(decoding: $0, as: UTF8.self) })
    }
    output.member("suffixes", objects: audit.suffixes) { entry, json in
      json.member("kind", entry.kind.words)
      json.members(of: entry.count)
    }
    writeAmbiguity(&output)
    output.endLine()
  }

  private func writeLengths(_ json: inout OutputBuffer) {
    let lengths = audit.lengths.sorted
    json.member("lengths", objects: lengths) { length, json in
      json.member("length", optional: length.length)
      json.members(of: length.count.all)
      json.member("rust", optional: length.count.rust.names)
    }
  }

  private func writeLimits(_ json: inout OutputBuffer) {
    json.member("limits", objects: audit.limits) { entry, json in
      json.member("interface", entry.limit.interface.rawValue)
      json.member("maximum", optional: entry.limit.maximum)
      json.member("bits", optional: entry.limit.wordBits)
      json.member("since", optional: entry.row.range.since?.description)
      json.member("through", optional: entry.row.range.through?.description)
      json.member("excess", entry.limit.excess.rawValue)
      json.members(of: entry.longer)
      json.member("source", entry.row.source)
    }
  }

  private func writeAmbiguity(_ json: inout OutputBuffer) {
    json.member("stripping", objects: audit.merged) { merged, json in
      json.member("what", merged.stripping.rawValue)
      json.member("stems", optional: merged.stems)
      json.member("names", optional: merged.names)
      json.member("largest", groups: merged.groups)
    }
    json.member("duplicates", object: audit.duplicates) { found, json in
      json.members(of: found.all)
      json.member("withinOwner", object: found.withinOwner) { $1.members(of: $0) }
      json.member("sameAddress", object: found.sameAddress) { $1.members(of: $0) }
      json.member("largest", groups: found.groups)
      json.member("largestSameAddress", groups: found.sameAddressGroups)
    }
  }
}

extension OutputBuffer {
  fileprivate mutating func members(of tally: NameAudit.Tally) {
    member("names", optional: tally.names)
    member("symbols", optional: tally.symbols)
  }

  fileprivate mutating func member(_ name: StaticString, groups: [NameAudit.Group]) {
    member(name, objects: groups) { group, json in
      json.member("name", String(decoding: group.name, as: UTF8.self))
      json.member("count", optional: group.count)
      if let owners = group.owners { json.member("owners", optional: owners) }
    }
  }
}
