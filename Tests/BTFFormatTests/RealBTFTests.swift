import BTFFormat
import ByteStorage
import ELFFormat
import KernelImages
import TestSupport
import Testing

@Suite("BTF of real kernels")
struct RealBTFTests {
  @Test("tells the size of struct module that its modules have", arguments: RealKernel.all)
  func moduleSize(_ kernel: RealKernel) throws {
    let path = try #require(kernel.image)
    var file = FileBuffer()
    var scratch = FileBuffer()
    try file.open(path)
    let unpacked = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try unpacked.source(file: file, scratch: scratch)
    guard unpacked.isELF else { return report("\(kernel): raw image, no section to read") }
    let elf = try ELFFile(source)
    guard let index = elf.sectionIndex(named: ".BTF") else { return report("\(kernel): no .BTF") }
    let types = try BTFTypes(parsing: elf.bytes(of: elf.sections[index]))
    #expect(types.order == elf.layout.order)
    let size = try types.size(ofStruct: "module")
    let modulePath = try #require(kernel.module)
    #expect(try size == thisModuleSize(modulePath))
    let missing = try types.size(ofStruct: "no_such_structure")
    #expect(missing == nil)
  }

  private func thisModuleSize(_ path: String) throws -> Int? {
    var file = FileBuffer()
    try file.open(path)
    let elf = try ELFFile(file.source)
    return elf.sectionIndex(named: ".gnu.linkonce.this_module").map { Int(elf.sections[$0].size) }
  }
}
