internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import ModuleVersions
internal import SymbolTables

extension KernelReport {
  /// Writes one object on a line. What is unknown is null.
  mutating func writeJSON(_ facts: KernelFacts, _ trust: KernelTrust) {
    output.beginObject()
    output.member("kernel", facts.path)
    output.member("layers", facts.layers?.value ?? [])
    output.member("architecture", optional: facts.machine?.value.name)
    output.member("wordSize", optional: facts.layout?.value.wordSize)
    output.member(
      "byteOrder", optional: facts.layout.map { $0.value.order == .little ? "little" : "big" })
    output.member("release", optional: facts.release?.value)
    output.member("banner", optional: facts.banner?.value.text)
    output.member("buildId", optional: facts.buildID?.value.hexadecimal)
    output.member("vermagic", optional: facts.vermagic?.value)
    KernelReport.writeSymbols(facts, &output)
    KernelReport.writeExports(facts, &output)
    KernelReport.writeConfig(facts, &output)
    trust.write(to: &output)
    output.member("structModuleSize", optional: facts.moduleStructureSize?.value)
    output.member("modules", object: facts.moduleTree) { tree, json in
      json.member("directory", tree)
      json.member("count", optional: facts.moduleCount)
    }
    KernelReport.writeDump(facts, &output)
    KernelReport.writeSources(facts, &output)
    output.member("notes", facts.notes.map(\.words))
    output.endLine()
  }

  private static func writeSymbols(_ facts: KernelFacts, _ json: inout OutputBuffer) {
    json.member("symbols", object: facts.symbols?.value) { symbols, json in
      json.member("count", optional: symbols.count)
      json.member("ofModules", optional: symbols.moduleSymbolCount)
      json.member("exported", optional: symbols.exportCount)
      json.member("kernelOffset", optional: symbols.kernelOffset.map { hexadecimal($0.value) })
      json.member("kallsyms", object: symbols.tables) { tables, json in
        json.member("releases", optional: symbols.releases?.words)
        json.member("encoding", tables.encoding.rawValue)
        json.member("order", symbols.order)
        json.member("byteOrder", tables.order == .little ? "little" : "big")
        json.member("wordSize", optional: tables.wordSize)
        json.member("twoByteLengths", optional: tables.hasTwoByteLengths)
        json.member("markerSize", optional: tables.markerSize)
        json.member("sequenceSize", optional: tables.sequences == nil ? nil : tables.sequenceSize)
      }
    }
  }

  private static func writeExports(_ facts: KernelFacts, _ json: inout OutputBuffer) {
    json.member("exports", object: facts.exports) { exports, json in
      let counts = ExportCounts(exports.value)
      json.member("count", optional: counts.all)
      json.member("gplOnly", optional: counts.gplOnly)
      json.member("namespaced", optional: counts.namespaced)
      json.member("withCrc", optional: counts.withCRC)
      json.member("source", exports.source.words)
      json.member("form", object: exports.value.form) { form, json in
        json.member("entrySize", optional: form.entries.entrySize)
        json.member("placeRelative", form.entries.isPlaceRelative)
        json.member("namespaces", form.entries.hasNamespace)
        json.member("crcs", form.crcs.rawValue)
        json.member("flagTable", form.hasFlagTable)
      }
    }
  }

  private static func writeConfig(_ facts: KernelFacts, _ json: inout OutputBuffer) {
    json.member("config", object: facts.config) { config, json in
      json.member("embedded", isEmbedded(facts))
      json.member("source", config.source.words)
    }
    json.member("modversions", object: facts.config?.value) { config, json in
      let options = ModversionsOptions(config, of: facts)
      json.member("enabled", options.isEnabled)
      json.member("generator", optional: options.generator?.rawValue)
      json.member("writes", options.writes.map(\.rawValue))
      json.member("reads", options.reads.map(\.rawValue))
      json.member("assumed", facts.basis.assumptions)
      writeLayouts(config, facts, &json)
    }
    json.member("options", object: facts.config?.value) { config, json in
      for (name, value) in KernelReport.options(config) { json.member(name: name, value) }
    }
  }

  private static func writeDump(_ facts: KernelFacts, _ json: inout OutputBuffer) {
    json.member("dump", object: facts.dump?.value) { dump, json in
      switch dump.form {
      case .elf:
        json.member("form", "elf")
        json.member(null: "compression")
      case .kdump(_, let packing):
        json.member("form", "kdump")
        json.member("compression", packing.rawValue)
      }
      json.member("kernelOffset", optional: dump.kernelOffset.map { hexadecimal($0) })
      json.member("textAddress", optional: dump.textAddress.map { hexadecimal($0) })
      json.member("physicalTextAddress", optional: dump.physicalTextAddress.map { hexadecimal($0) })
      json.member("pageSize", optional: dump.information?.pageSize)
      json.member("incomplete", dump.isIncomplete)
    }
  }

  private static func writeSources(_ facts: KernelFacts, _ json: inout OutputBuffer) {
    json.key("sources")
    json.beginObject()
    json.member("layers", optional: facts.layers?.source.words)
    json.member("architecture", optional: facts.machine?.source.words)
    json.member("release", optional: facts.release?.source.words)
    json.member("banner", optional: facts.banner?.source.words)
    json.member("buildId", optional: facts.buildID?.source.words)
    json.member("config", optional: facts.config?.source.words)
    json.member("vermagic", optional: facts.vermagic?.source.words)
    json.member("symbols", optional: facts.symbols?.source.words)
    json.member("exports", optional: facts.exports?.source.words)
    json.member("structModuleSize", optional: facts.moduleStructureSize?.source.words)
    json.member("dump", optional: facts.dump?.source.words)
    json.endObject()
  }
}
