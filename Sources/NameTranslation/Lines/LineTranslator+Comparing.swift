internal import ByteStorage
internal import SymbolNames

extension LineTranslator {
  /// Addresses that a token may mean.
  mutating func addresses(_ field: NameField, _ line: borrowing TextLine) -> [UInt64] {
    guard looksUp, let offset = field.offset else { return [] }
    return matches(field, line).compactMap { match in resolver.address(match).map { $0 &+ offset } }
  }

  /// Compares a token with the kernel.
  mutating func verify(_ field: NameField, _ line: borrowing TextLine) {
    guard looksUp, let size = field.size, field.isStrong else { return }
    let module = field.module.map { line.slice($0).text }
    guard module != nil || resolver.knowsKernel else {
      counts.uncompared &+= 1
      return
    }
    if module == nil, resolver.has(line.slice(field.range), size: size) {
      counts.verified &+= 1
      return
    }
    let all = resolver.matches(line.slice(field.range), NameResolver.Evidence(module: module))
    let token = line.slice(field.range.lowerBound..<field.tokenEnd).text
    if let module { verifyBuildID(of: module, field, line) }
    guard !all.isEmpty else {
      // Of a module that was not given nothing is known.
      if module.map({ resolver.hasModule($0) }) ?? true {
        counts.verified &+= 1
        counts.contradicted &+= 1
        report(.unknown(token: token + (module.map { " [\($0)]" } ?? "")))
      }
      return
    }
    counts.verified &+= 1
    let sizes = all.compactMap { resolver.size(of: $0) }
    // Sizes of a module's last symbols depend on how it was laid out in memory.
    // Of generated code the kernel prints the length, and no owner: kernel/bpf/core.c
    // __bpf_address_lookup, 6.12. In kallsyms, other code follows at some distance.
    guard module == nil, !all.contains(where: { resolver.isGenerated($0) }),
      sizes.count == all.count, !sizes.contains(size)
    else { return }
    counts.contradicted &+= 1
    report(.sizeDiffers(token: token, sizes: Array(Set(sizes)).sorted()))
  }

  /// Compares the build ID in `[module 0123…]` with those of the modules of that name.
  ///
  /// - Note: kernel/kallsyms.c, `__sprint_symbol` under CONFIG_STACKTRACE_BUILD_ID.
  private mutating func verifyBuildID(
    of module: String, _ field: NameField, _ line: borrowing TextLine
  ) {
    guard let (name, end) = line.module(at: field.tokenEnd), name.upperBound &+ 2 < end else {
      return
    }
    let text = line.slice((name.upperBound &+ 1)..<(end &- 1)).text
    let known = resolver.buildIDs(ofModule: module)
    if let own = known.first, !known.contains(text) {
      report(.buildIDDiffers(text: "\(text) of \(module)", kernel: own))
      counts.contradicted &+= 1
    }
  }

  /// Compares the release and the build ID of a `CPU: … PID: … Comm: …` line with the kernel's.
  ///
  /// - Note: lib/dump_stack.c, `dump_stack_print_info`: the release precedes `#`, the build ID
  ///   (40 digits) is at the end.
  mutating func verifyHeader(_ line: borrowing TextLine) {
    verifyBanner(line)
    guard let comm = line.find(" Comm: ", from: 0), line.find("PID: ", from: 0) != nil,
      let number = line.find(" #", from: comm)
    else { return }
    var start = number
    while start > comm, !line[start &- 1].isBlank { start &-= 1 }
    let release = line.slice(start..<number).text
    verify(release: release)
    let kernels = resolver.sources.filter(\.hasAddresses)
    var end = line.count
    while end > number, line[end &- 1].isBlank || line[end &- 1] == 0x0d { end &-= 1 }
    var identifier = end
    while line[identifier &- 1].isHexDigit { identifier &-= 1 }
    guard end &- identifier == 40, line[identifier &- 1] == 0x20 else { return }
    let text = line.slice(identifier..<end).text
    let known = kernels.compactMap(\.buildID)
    if let kernel = known.first, !known.contains(text) {
      report(.buildIDDiffers(text: text, kernel: kernel))
      counts.contradicted &+= 1
    }
  }

  /// Compares the release in a banner (`linux_banner`, init/version-timestamp.c) with the kernel's.
  private mutating func verifyBanner(_ line: borrowing TextLine) {
    let sign: StaticString = "Linux version "
    guard let place = line.find(sign, from: 0) else { return }
    let start = place &+ sign.utf8CodeUnitCount
    var end = start
    while end < line.count, !line[end].isBlank { end &+= 1 }
    guard start < end, (0x30...0x39).contains(line[start]) else { return }
    verify(release: line.slice(start..<end).text)
  }

  private mutating func verify(release: String) {
    let releases = resolver.sources.filter(\.hasAddresses).compactMap(\.release)
    guard let kernel = releases.first, !releases.contains(release) else { return }
    report(.releaseDiffers(text: release, kernel: kernel))
    counts.contradicted &+= 1
  }

  /// Offset of a field in the line as the text has it, in bytes.
  func column(of field: NameField) -> Int {
    escaped?.offset(of: field.range.lowerBound) ?? field.range.lowerBound
  }

  mutating func collect(
    _ field: NameField, _ line: borrowing TextLine, _ names: [[UInt8]], _ isChanged: Bool
  ) {
    let text = line.slice(field.range).text
    found.append(
      TextName(
        line: lineNumber, column: column(of: field), surface: field.surface, text: text,
        translation: isChanged ? scratch.string : nil,
        linkageNames: names.map { String(decoding: $0, as: UTF8.self) },
        offset: field.offset, size: field.size, module: field.module.map { line.slice($0).text },
        addresses: addresses(field, line)))
  }
}
