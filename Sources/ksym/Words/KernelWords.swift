internal import Kernels

extension FactSource {
  /// The source in words: a path, and which part of the file.
  var words: String {
    switch code {
    case .file: path
    case .btf: "\(path) (BTF)"
    case .embedded: "\(path) (embedded)"
    case .vmcoreInformation: path.isEmpty ? "VMCOREINFO" : "\(path) (VMCOREINFO)"
    case .kallsyms: "\(path) (kallsyms)"
    case .directoryName: "\(path) (name of the directory)"
    case .assumption: "from --assume"
    case .bannerPlace: "where the image has its banner"
    case .usualAddress: "the address that x86-64 kernels have unmoved"
    default: path.isEmpty ? code.rawValue : path
    }
  }
}

extension KernelNote {
  /// The note in one line.
  var words: String {
    let reason = error.map { "\($0)" } ?? ""
    switch code {
    case .stub: return "\(path): a stub, with type information only"
    case .embeddedConfiguration: return "embedded configuration: \(reason)"
    case .dumpedKernel: return "\(path): the kernel's own memory: \(reason)"
    case .symvers: return "\(path): \(reason)"
    default: return reason
    }
  }
}

extension OpenKernel.Choice {
  /// Which kernel was taken, in one line without the path.
  var words: String {
    let others = releases.filter { $0 != taken }
    let shown = others.prefix(4).joined(separator: ", ") + (others.count > 4 ? ", …" : "")
    return "holds \(releases.count) kernels; \(taken) was taken, not \(shown)"
  }
}
