internal import ArchiveFormats
internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import ModuleLoading

/// What archives among the modules that are checked mean for the question.
struct CheckTargets {
  let limit: Int

  /// An initramfs has modules for itself: no others are there when it runs. The modules of a package
  /// are installed together.
  func adapt(_ paths: [String], _ facts: inout KernelFacts, _ request: inout LoadRequest) {
    // What is wrong with an archive is reported where its modules are read.
    for path in paths { _ = try? ModulePaths.place(of: path, limit: limit) }
    if paths.count == 1, let image = paths.first, Archives.isInitramfs(image) {
      let trees = ["usr/lib", "lib"].compactMap { folder in
        facts.release.map { "\(image)!\(folder)/modules/\($0.value)" }
      }
      facts.moduleTree = trees.first { PathKind($0) == .directory } ?? "\(image)!"
      request.hasWholeTree = true
    } else if paths.contains(where: { Archives.holds($0) }) {
      request.loadsTargets = true
    }
  }

  /// Holds modules against those of the same names in a directory or an archive.
  func compare(
    _ paths: [String], with directory: String, _ tree: ModuleTree?, workers: Int
  ) throws -> SameAsReport {
    let place: String
    do throws(FileError) { place = try Archives.place(of: directory, limit: limit) } catch {
      throw Terminal.trouble(error.explained)
    }
    guard PathKind(place) != .missing else {
      throw Terminal.trouble("\(directory): no such file or directory")
    }
    guard PathKind(place) == .directory else {
      throw Terminal.trouble("\(directory): is neither a directory nor an archive")
    }
    let entries = ModulePaths.expand(paths, limit: limit) { tree?.entry(named: $0) }
    let files = entries.compactMap { entry -> String? in
      if case .file(let path) = entry, path != "-" { return path }
      return nil
    }
    let twins = ModuleTwins(place, limit: limit, workers: workers)
    return SameAsReport(directory, twins.compare(files))
  }
}
