internal import KernelImages
internal import Kernels
internal import Livepatching

/// The options of the configuration that only an architecture's part of the loader looks at.
struct ArchitectureOptions: Sendable {
  /// An option, and what it is where nothing says it.
  enum Option: String, CaseIterable {
    case arm64PLTs = "ARM64_MODULE_PLTS"
    case armPLTs = "ARM_MODULE_PLTS"
    case groupRelocations = "ARM_HAS_GROUP_RELOCS"
    case thumb2 = "THUMB2_KERNEL"
    case dynamicFtrace = "DYNAMIC_FTRACE"
    case erratum843419 = "ARM64_ERRATUM_843419"
    case moduleSections = "MODULE_SECTIONS"
    case mediumLowCode = "CMODEL_MEDLOW"
    case placeRelativeKernel = "PPC_KERNEL_PCREL"

    var isUsual: Bool {
      switch self {
      case .thumb2, .moduleSections, .mediumLowCode, .placeRelativeKernel: false
      default: true
      }
    }
  }

  private var values: [Option: Bool] = [:]

  /// Reads the options from what the user says, else from the configuration.
  init(_ config: KernelConfig?, given: [String: String]) {
    for option in Option.allCases {
      if let value = given[option.rawValue] {
        values[option] = value == "y"
      } else if let config {
        values[option] = config.isSet(option.rawValue)
      }
    }
  }

  /// Whether an option is set, and what had to be assumed to say so.
  func isSet(_ option: Option, _ assumed: inout [LoadAssumption]) -> Bool {
    if let value = values[option] { return value }
    let assumption = LoadAssumption(
      .optionUnknown, key: option.rawValue, value: option.isUsual ? "y" : "n")
    if !assumed.contains(assumption) { assumed.append(assumption) }
    return option.isUsual
  }
}
