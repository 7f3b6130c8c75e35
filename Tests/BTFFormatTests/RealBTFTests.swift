import BTFFormat
import ByteStorage
import ELFFormat
import KernelImages
import TestSupport
import Testing

@Suite("BTF of real kernels")
struct RealBTFTests {
  @Test(
    "BTF gives the size of struct module that the kernel's modules have", .needsKernels(),
    arguments: RealKernel.all)
  func moduleSize(_ kernel: RealKernel) throws {
    let path = try #require(kernel.image)
    var file = FileBuffer()
    var scratch = FileBuffer()
    try file.open(path)
    let unpacked = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try unpacked.source(file: file, scratch: scratch)
    let modulePath = try #require(kernel.module)
    let expected = try thisModuleSize(modulePath)
    try need(
      ["arm64", "riscv64", "s390x"].contains(kernel.architecture) || unpacked.isELF,
      "a kernel built with BTF")
    let order: ByteOrder = kernel.architecture == "s390x" ? .big : .little
    let image = try source.all()
    if let found = BTFTypes(searching: image, order) {
      let size = try found.size(ofStruct: "module")
      #expect(size == expected)
    } else {
      #expect(["i386-5.10", "i386-6.1"].contains(kernel.label))
    }
    guard unpacked.isELF else { return }
    let elf = try ELFFile(source)
    let section = elf.sectionIndex(named: ".BTF")
    try need(section != nil, "a kernel built with BTF")
    let index = try #require(section)
    let types = try BTFTypes(parsing: elf.bytes(of: elf.sections[index]))
    #expect(types.order == elf.layout.order)
    let size = try types.size(ofStruct: "module")
    #expect(size == expected)
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
