internal import ByteStorage
internal import KernelImages

extension KernelFile {
  /// Most of the kernel's image in a dump to search for its banner and configuration, in bytes.
  private static let mostSearched = 96 << 20

  /// Adds what the open memory dump gives.
  ///
  /// - Throws: ``ParseError`` if it is damaged, or does not name the release.
  borrowing func addDumpFacts(to facts: inout KernelFacts) throws(ParseError) {
    guard let path else { return }
    facts.layers = facts.layers ?? KernelFacts.Fact(layers, from: path)
    let source = try source()
    var dump = try MemoryDump(source)
    facts.dump = KernelFacts.Fact(KernelFacts.DumpFacts(dump), from: path)
    facts.layout = facts.layout ?? KernelFacts.Fact(dump.layout, from: path)
    facts.machine = facts.machine ?? dump.machine.map { KernelFacts.Fact($0, from: path) }
    let note = FactSource(.vmcoreInformation, path)
    if facts.buildID == nil, let identity = dump.information?.buildID {
      facts.buildID = KernelFacts.Fact(identity, from: note)
    }
    do throws(ParseError) {
      if let kernel = try dump.readKernel(limit: KernelFile.mostSearched) {
        let bytes = kernel.bytes.rawSpan
        facts.addBanner(searching: bytes, path)
        facts.addEmbeddedConfiguration(bytes, path)
      } else if dump.form == .elf {
        // Nothing shows where the kernel is: any banner in memory.
        facts.addBanner(searching: try source.all(), path)
      }
    } catch { facts.notes.append(KernelNote(.dumpedKernel, path, error)) }
    if facts.release == nil, let release = dump.information?.release {
      facts.release = KernelFacts.Fact(release, from: note)
    }
    if facts.release == nil {
      throw ParseError(.missing, in: "memory dump: note VMCOREINFO, or a banner", at: 0)
    }
  }
}

extension KernelFacts {
  fileprivate mutating func addBanner(searching bytes: RawSpan, _ path: String) {
    guard banner == nil, let found = KernelBanner(searching: bytes) else { return }
    add(found, bytes, path)
  }
}
