package import ByteStorage
internal import ELFFormat
package import Kernels
internal import OrderedWork
internal import SymbolTables
internal import UnwindTables

/// A loaded module of which no call frame information was made.
package struct ModuleWithoutFrames: Sendable {
  /// Why there is none.
  package enum Cause: Sendable {
    /// No file of this module is known.
    case noFile
    /// The file cannot be read.
    case unreadable(FileError)
    /// The symbols in memory do not lie as in the file: it is of another build.
    case otherBuild(path: String)
  }

  /// The name under which it is loaded.
  package let name: String
  /// Why there is none.
  package let cause: Cause

  init(_ name: String, _ cause: Cause) { (self.name, self.cause) = (name, cause) }
}

/// The modules that a machine has loaded, and their files.
package struct LoadedModules: Sendable {
  /// Where each ends, at the addresses of the kernel's image.
  let ends: ModuleEnds
  private let files: [String: String]
  private let limit: Int
  private let workers: Int

  /// Names loaded modules and their files.
  ///
  /// - Parameters:
  ///   - list: The list that has them; what lies beside it says where each module ends.
  ///   - offset: How far addresses in the list were moved from those of the image, in bytes.
  ///   - files: Paths of modules, by the names under which they are loaded.
  ///   - limit: Largest size of a file, in bytes.
  ///   - workers: Number of threads to read with.
  package init(
    listedBy list: OpenKernel, movedBy offset: UInt64, files: [String: String], limit: Int,
    workers: Int
  ) {
    ends = ModuleEnds(beside: list).moved(back: offset)
    (self.files, self.limit, self.workers) = (files, limit, workers)
  }

  /// Reads the unwind tables of the modules whose symbols a table has.
  func read(
    _ table: SymbolTable, kernel: ORCVersion
  ) -> (found: [LoadedModule], missing: [ModuleWithoutFrames]) {
    let addresses = LoadedModules.addresses(table)
    let names = table.ownerNames
    let owners = names.indices.filter { !addresses[$0].isEmpty }
    var found: [LoadedModule] = []
    var missing: [ModuleWithoutFrames] = []
    OrderedWork.run(
      count: owners.count, workers: workers, chunk: 1, makeState: { FileBuffer(limit: limit) },
      work: { buffer, index in
        read(names[owners[index]], addresses[owners[index]], kernel, &buffer)
      },
      consume: { index, result in
        switch result {
        case .success(.frames(let module)): found.append(module)
        case .success(.nothing): break
        case .success(.otherBuild):
          let path = files[names[owners[index]]] ?? ""
          missing.append(ModuleWithoutFrames(names[owners[index]], .otherBuild(path: path)))
        case .failure(let error):
          missing.append(ModuleWithoutFrames(names[owners[index]], .unreadable(error)))
        case nil: missing.append(ModuleWithoutFrames(names[owners[index]], .noFile))
        }
        return true
      })
    return (found, missing)
  }

  /// `nil` if no file is known.
  private func read(
    _ name: String, _ addresses: [[UInt8]: UInt64], _ kernel: ORCVersion, _ buffer: inout FileBuffer
  ) -> Result<LoadedModule.Reading, FileError>? {
    guard let path = files[name] else { return nil }
    do throws(FileError) {
      try buffer.open(path)
      do throws(ParseError) {
        return .success(
          try LoadedModule.read(ELFFile(buffer.source), at: addresses, kernel: kernel))
      } catch { throw FileError(path: path, cause: .malformed(error)) }
    } catch { return .failure(error) }
  }

  /// The symbols in memory of each owner, those whose names it has once; nothing for the kernel itself.
  private static func addresses(_ table: SymbolTable) -> [[[UInt8]: UInt64]] {
    var found = [[[UInt8]: UInt64]](repeating: [:], count: table.ownerNames.count)
    var equal: [Set<[UInt8]>] = Array(repeating: [], count: table.ownerNames.count)
    for index in 0..<table.count where table.hasPlace(at: index) {
      let owner = table.ownerIndex(at: index)
      guard owner != 0 else { continue }
      let name = table.name(at: index).array
      if found[owner].updateValue(table.addresses[index], forKey: name) != nil {
        equal[owner].insert(name)
      }
    }
    for owner in found.indices { for name in equal[owner] { found[owner][name] = nil } }
    return found
  }
}
