internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import NameAudits
internal import SymbolNames
internal import SymbolTables

extension NamesReport {
  /// Appends the audit as one JSON object.
  func writeJSON(to output: inout OutputBuffer) {
    output.beginObject()
    output.member("sources", sources)
    output.members(of: audit.all)
    output.member("owners", optional: audit.owners)
    output.key("rust")
    output.value(audit.rust)
    writeLengths(&output)
    writeLimits(&output)
    output.key("versions")
    output.beginObject()
    output.member("exported", optional: audit.versioned.exported)
    output.member("required", optional: audit.versioned.required)
    output.member("long64", optional: audit.versioned.tooLong64)
    output.member("long32", optional: audit.versioned.tooLong32)
    output.member("long", audit.versioned.longNames.map { String(decoding: $0, as: UTF8.self) })
    output.endObject()
    output.key("suffixes")
    output.beginArray()
    for entry in audit.suffixes {
      output.beginObject()
      output.member("kind", entry.kind.words)
      output.members(of: entry.count)
      output.endObject()
    }
    output.endArray()
    writeAmbiguity(&output)
    output.endLine()
  }

  private func writeLengths(_ json: inout OutputBuffer) {
    json.key("lengths")
    json.beginArray()
    for (length, count) in audit.lengths.enumerated() where count.all.names > 0 {
      json.beginObject()
      json.member("length", optional: length)
      json.members(of: count.all)
      json.member("rust", optional: count.rust.names)
      json.endObject()
    }
    json.endArray()
  }

  private func writeLimits(_ json: inout OutputBuffer) {
    json.key("limits")
    json.beginArray()
    for entry in audit.limits {
      json.beginObject()
      json.member("interface", entry.limit.interface.key)
      json.member("maximum", optional: entry.limit.maximum)
      json.member("bits", optional: entry.limit.wordBits)
      json.member("since", optional: entry.row.range.since?.description)
      json.member("through", optional: entry.row.range.through?.description)
      json.member("excess", entry.limit.excess.words)
      json.members(of: entry.longer)
      json.member("source", entry.row.source)
      json.endObject()
    }
    json.endArray()
  }

  private func writeAmbiguity(_ json: inout OutputBuffer) {
    json.key("stripping")
    json.beginArray()
    for merged in audit.merged {
      json.beginObject()
      json.member("what", merged.stripping.rawValue)
      json.member("stems", optional: merged.stems)
      json.member("names", optional: merged.names)
      json.member("largest", groups: merged.groups)
      json.endObject()
    }
    json.endArray()
    let found = audit.duplicates
    json.key("duplicates")
    json.beginObject()
    json.members(of: found.all)
    json.key("withinOwner")
    json.value(found.withinOwner)
    json.key("sameAddress")
    json.value(found.sameAddress)
    json.member("largest", groups: found.groups)
    json.member("largestSameAddress", groups: found.sameAddressGroups)
    json.endObject()
  }
}

extension OutputBuffer {
  fileprivate mutating func members(of tally: NameAudit.Tally) {
    member("names", optional: tally.names)
    member("symbols", optional: tally.symbols)
  }

  fileprivate mutating func value(_ tally: NameAudit.Tally) {
    beginObject()
    members(of: tally)
    endObject()
  }

  fileprivate mutating func member(_ name: StaticString, groups: [NameAudit.Group]) {
    key(name)
    beginArray()
    for group in groups {
      beginObject()
      member("name", String(decoding: group.name, as: UTF8.self))
      member("count", optional: group.count)
      if let owners = group.owners { member("owners", optional: owners) }
      endObject()
    }
    endArray()
  }
}
