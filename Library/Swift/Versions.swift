internal import ByteStorage
public import CKsym
internal import ELFFormat
internal import Kernels
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolNames

/// See ksym.h.
@c @implementation public func ksym_module_versions(
  _ path: UnsafePointer<CChar>!, _ each: ksym_version_callback!,
  _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    let path = unsafe try Given.text(path, "the path")
    guard let each = unsafe each else { throw .argument("the callback is null") }
    var buffer = FileBuffer()
    do throws(FileError) { try buffer.open(path) } catch { throw Failure(error) }
    var count = 0
    do throws(ParseError) {
      let module = try ModuleFile(buffer.source)
      guard module.elf.header.type == .relocatable else {
        throw ParseError(.badMagic, in: "relocatable ELF file", at: 0)
      }
      var scratch = Scratch()
      var digests = Scratch()
      var goesOn = true
      try module.versions().forEach { layout, record in
        guard goesOn else { return }
        count &+= 1
        let name = record.digest == nil ? record.name : RawSpan()
        let (copy, length) = unsafe scratch.keep(name)
        var version = unsafe ksym_version_record()
        unsafe version.size = MemoryLayout<ksym_version_record>.size
        unsafe version.name = copy
        unsafe version.name_length = length
        unsafe version.crc = record.crc
        unsafe version.layout = layout.word.pointer
        if let digest = record.digest {
          unsafe version.digest = UnsafeRawPointer(digests.keep(digest.bytes.rawSpan).pointer)
            .assumingMemoryBound(to: UInt8.self)
        }
        goesOn = unsafe each(&version, context)
      }
    } catch { throw Failure(error, in: path) }
    return count == 0 ? KSYM_NOT_FOUND : KSYM_OK
  }
}

/// See ksym.h.
@c @implementation public func ksym_exports(
  _ path: UnsafePointer<CChar>!, _ each: ksym_export_callback!, _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    let path = unsafe try Given.text(path, "the path")
    guard let each = unsafe each else { throw .argument("the callback is null") }
    let table: ExportTable
    do throws(KernelError) { table = try OpenKernel(path).exports().value } catch {
      throw Failure(error)
    }
    let owners = table.owners.map { CText($0) }
    var names = Scratch()
    var spaces = Scratch()
    for row in table.rows {
      // SAFETY: the copies live until the next row.
      let (name, length) = unsafe names.keep(table.bytes(row.name))
      var export = unsafe ksym_export_record()
      unsafe export.size = MemoryLayout<ksym_export_record>.size
      unsafe export.name = name
      unsafe export.name_length = length
      unsafe export.owner = owners[Int(row.owner)].pointer
      unsafe export.name_space = spaces.keep(table.bytes(row.namespace)).pointer
      unsafe export.licence = UnsafeRawPointer(row.licence.symversName.utf8Start)
        .assumingMemoryBound(to: CChar.self)
      unsafe export.crc = row.crc
      unsafe export.has_crc = row.hasCRC
      unsafe export.is_gpl_only = row.licence.isGPLOnly
      guard unsafe each(&export, context) else { break }
    }
    return table.rows.isEmpty ? KSYM_NOT_FOUND : KSYM_OK
  }
}

extension VersionLayout {
  fileprivate static let words = VersionLayout.allCases.map { CText($0.rawValue) }

  /// Its name, which lives as long as the process.
  fileprivate var word: CText {
    VersionLayout.words[VersionLayout.allCases.firstIndex(of: self) ?? 0]
  }
}
