internal import ELFFormat
internal import Livepatching

extension RelocationTypes {
  typealias Ranges = [ClosedRange<UInt32>]

  /// The types that an architecture takes, by their numbers in its ABI; `nil` where they were not read.
  static func accepted(
    _ machine: ELFMachine, is64Bit: Bool, _ rules: LoaderRules, _ options: ArchitectureOptions,
    _ assumed: inout [LoadAssumption]
  ) -> Ranges? {
    switch machine {
    case .i386: return rules.has(.i386TakesPLT32) ? [1...2, 4...4] : [1...2]
    case .aarch64: return arm64(rules, options, &assumed)
    case .arm: return arm(rules, options, &assumed)
    case .riscV: return riscV(is64Bit: is64Bit, rules, options, &assumed)
    case .s390: return [0...8, 13...36, 57...59]
    case .powerPC64:
      let both: Ranges = [1...1, 10...10, 26...26, 38...38, 44...44, 109...109, 118...118]
      return options.isSet(.placeRelativeKernel, &assumed)
        ? both + [116...116, 132...133, 250...250, 252...252]
        : both + [47...48, 50...51, 63...64, 250...250, 252...252]
    case .powerPC: return [1...1, 4...6, 10...10, 26...26]
    case .mips: return [0...0, 2...2, 4...6, 10...10, 18...18, 28...29, 60...61]
    case .loongArch: return loongArch(rules)
    case .arcCompact, .arcV2: return [4...4, 27...27, 49...49]
    case .sparc: return [3...3, 6...9, 12...12, 23...23]
    case .sparcV9: return [3...3, 6...9, 12...12, 23...23, 32...33, 41...41, 54...54]
    case .m68k: return [1...1, 4...4]
    case .superH: return [0...2, 246...249]
    case .csky: return [1...1, 5...6, 24...25, 40...40]
    case .xtensa: return [0...1, 6...6, 11...11, 17...20]
    case .parisc:
      return is64Bit
        ? [9...9, 34...34, 38...38, 41...41, 49...49, 64...64, 72...72, 74...74, 80...80]
        : [1...2, 6...6, 9...9, 12...12, 18...18, 22...22, 41...41, 49...49, 65...65, 74...74]
    default: return nil
    }
  }

  private static func arm64(
    _ rules: LoaderRules, _ options: ArchitectureOptions, _ assumed: inout [LoadAssumption]
  ) -> Ranges {
    let types: Ranges = [0...0, 256...274, 277...280, 282...293, 299...299]
    let refusesADRP =
      rules.has(.arm64RefusesADRP) && options.isSet(.erratum843419, &assumed)
    return refusesADRP ? types : types + [275...276]
  }

  private static func arm(
    _ rules: LoaderRules, _ options: ArchitectureOptions, _ assumed: inout [LoadAssumption]
  ) -> Ranges {
    var types: Ranges = [0...2, 28...29, 38...38, 40...40, 42...44]
    let isRelative = rules.has(.armTakesPlaceRelative)
    if isRelative { types += [3...3, 45...46] }
    if options.isSet(.thumb2, &assumed) {
      types += [10...10, 30...30, 47...48]
      if isRelative { types += [49...50] }
    }
    if rules.has(.armTakesGroups), options.isSet(.groupRelocations, &assumed) {
      types += [57...57, 59...59, 63...63]
    }
    return types
  }

  private static func riscV(
    is64Bit: Bool, _ rules: LoaderRules, _ options: ArchitectureOptions,
    _ assumed: inout [LoadAssumption]
  ) -> Ranges {
    var types: Ranges =
      rules.has(.riscvTakesAll)
      ? [1...2, 16...19, 23...25, 27...28, 33...40, 44...45, 51...57, 59...61]
      : [1...2, 16...19, 23...25, 27...28, 35...36, 39...40, 44...45, 51...51]
    if rules.has(.riscvTakesSums16), !rules.has(.riscvTakesAll) { types += [34...34, 38...38] }
    if rules.has(.riscvAlwaysHasSections) || options.isSet(.moduleSections, &assumed) {
      types.append(20...20)
    }
    if !options.isSet(.mediumLowCode, &assumed) { types.append(26...26) }
    return types
  }

  private static func loongArch(_ rules: LoaderRules) -> Ranges {
    var types: Ranges = [0...2, 20...24, 29...29, 32...46, 50...51, 55...56]
    if rules.has(.loongArchHasSections) { types += [66...66, 71...76] }
    if rules.has(.loongArchTakesPlaceRelative) { types += [99...99, 109...109] }
    if rules.has(.loongArchTakesPCADD) { types.append(128...131) }
    return types
  }
}
