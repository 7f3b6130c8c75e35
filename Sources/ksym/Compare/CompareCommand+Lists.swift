internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison
internal import KernelUpdates

extension CompareCommand {
  /// Prints the union of the lists.
  func convert(_ list: SymbolList, to form: AndroidList.Form, _ sources: CompareSources) throws {
    let kernel = try paths.first.map { try sources.side($0).records }
    var output = OutputBuffer()
    AndroidList(list, kernel: kernel).write(form, to: &output)
    Terminal.writeMachineLines(&output)
  }

  /// Checks the lists against one kernel and modules, and ends the command.
  func check(_ list: SymbolList, _ sources: CompareSources) throws {
    let kernel = try sources.side(paths[0])
    let found = SymbolListCheck(
      list.selection, kernel: kernel.records, modules: Array(paths.dropFirst()),
      protected: try sources.list(protected)?.selection, limit: input.limit)
    if let problem = PatternTime.problem(list.selection, self.list) {
      throw Terminal.trouble(problem)
    }
    for error in found.errors { Terminal.complain(error.explained) }
    let report = ListReport(
      check: found, kernel: kernel.path, top: input.isVerbose ? .max : top,
      showsReadable: readable.isWanted, terminal: colour.terminal)
    var output = OutputBuffer()
    if json.isWanted || format == .json {
      report.writeJSON(to: &output)
    } else {
      report.write(to: &output)
    }
    Terminal.write(&output)
    let status: ExitStatus = !found.errors.isEmpty ? .trouble : found.isSound ? .yes : .no
    throw ExitCode(status.rawValue)
  }
}

/// The form of a list by its name.
struct AndroidListForm: ExpressibleByArgument {
  let form: AndroidList.Form

  init?(argument: String) {
    guard let form = AndroidList.Form(rawValue: argument) else { return nil }
    self.form = form
  }

  static var allValueStrings: [String] { AndroidList.Form.allCases.map(\.rawValue) }
}
