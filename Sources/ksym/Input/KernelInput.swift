internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import Kernels
internal import ModuleFiles
internal import OrderedWork
internal import SymbolTables

/// Opens kernels for a command. What one should know goes to standard error; where a kernel cannot
/// answer, the command ends with the reason.
struct KernelInput {
  let input: InputOptions

  init(_ input: InputOptions) { self.input = input }

  func open(_ path: String) throws -> OpenKernel {
    let kernel = try end { () throws(KernelError) in try OpenKernel(path, limit: input.limit) }
    kernel.reportChoice()
    return kernel
  }

  /// Calls a function, and ends the command with what it throws.
  private func end<Answer>(_ body: () throws(KernelError) -> Answer) throws -> Answer {
    do throws(KernelError) { return try body() } catch {
      throw Terminal.trouble(error.explained)
    }
  }

  /// The symbols of a kernel with those of modules, or ends the command.
  func symbols(
    of kernel: OpenKernel, modules: ModuleSymbolOptions? = nil, kaslr: KASLROptions? = nil,
    as view: SymbolView = .listed, modulesAs moduleView: ModuleSymbolView = .file,
    probeSites: Bool = false
  ) throws -> KernelSymbolSource {
    var source = try end { () throws(KernelError) in
      try kernel.symbols(as: view, modules: moduleView, withProbeSites: probeSites)
    }
    complain(source, kernel)
    add(
      try paths(modules, source, kernel), to: &source, as: moduleView,
      workers: modules?.jobs.workers ?? OrderedWork.processorCount)
    if let kaslr { try place(&source, kaslr, kernel) }
    return source
  }

  private func paths(
    _ modules: ModuleSymbolOptions?, _ source: KernelSymbolSource, _ kernel: OpenKernel
  ) throws -> [String] {
    if kernel.isModulesOnly { return [kernel.modulePlace] + (modules?.paths ?? []) }
    guard let modules else { return [] }
    guard modules.isWanted else { return modules.paths }
    guard let tree = kernel.moduleTree(release: source.release) else {
      throw Terminal.trouble(
        "\(kernel.path): the modules of this kernel were not found; see --modules")
    }
    return modules.paths + [tree]
  }

  private func add(
    _ paths: [String], to source: inout KernelSymbolSource, as view: ModuleSymbolView, workers: Int
  ) {
    if paths.isEmpty { return }
    source.addModules(paths, as: view, limit: input.limit, workers: workers)
    for error in source.unreadModules { Terminal.complain(error.explained) }
    if input.isVerbose {
      let table = source.table
      Terminal.complain("\(table.ownerNames.count - 1) modules, \(table.count) symbols in all")
    }
  }

  /// Says what one should know of the addresses, and which file has the symbols.
  private func complain(_ source: KernelSymbolSource, _ kernel: OpenKernel) {
    let path = kernel.path
    if source.hidesAddresses {
      Terminal.complain(
        "\(path): addresses are hidden; reading them needs root or kernel.kptr_restrict=0")
    }
    if source.hasRelativeAddresses {
      let origin = source.table.addresses.firstIndex(of: 0).map { source.table.name(at: $0).text }
      Terminal.complain(
        "\(path): addresses are offsets from \(origin ?? "the first symbol"); "
          + "this image does not record its load address")
    }
    if let other = source.tables?.otherReading {
      Terminal.complain(
        "\(path): addresses are uncertain: the table can also be read as \(other.words)")
    }
    guard input.isVerbose else { return }
    if kernel.isModulesOnly {
      Terminal.complain("\(path): no image of the kernel is here, only modules")
    } else if let file = source.path, file != path {
      Terminal.complain("\(path): symbols from \(file)")
    }
    if let tables = source.tables {
      Terminal.complain("\(path): \(tables.count) symbols, \(tables.encoding.rawValue) addresses")
    }
  }

  /// Gives the symbols the addresses asked for, or ends the command.
  private func place(
    _ source: inout KernelSymbolSource, _ kaslr: KASLROptions, _ kernel: OpenKernel
  ) throws {
    if input.isVerbose, let offset = source.kernelOffset {
      Terminal.complain(
        "\(kernel.path): moved by \(hexadecimal(offset.value)) bytes " + "(\(offset.source.words))")
    }
    let isKnown: Bool
    switch kaslr.kaslr {
    case .keep: isKnown = true
    case .undo: isKnown = source.undoMove()
    case .undoing(let offset): isKnown = source.undoMove(by: offset)
    }
    if isKnown { return }
    throw Terminal.trouble(
      "\(kernel.path): cannot determine the KASLR offset; pass it with --kaslr 0x…")
  }
}

extension OpenKernel {
  /// Reports on standard error which of several kernels was taken, and what could not be read.
  func reportChoice() {
    choice?.report(path)
    for error in leftOut {
      Terminal.complain("\(error.explained); other files of this kernel are used")
    }
  }
}

extension OpenKernel.Choice {
  /// Reports on standard error which of several kernels in a directory was taken.
  func report(_ path: String) { Terminal.complain("\(path): \(words)") }
}
