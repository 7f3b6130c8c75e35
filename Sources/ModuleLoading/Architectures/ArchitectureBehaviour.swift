package import KernelReleases

/// What an architecture's part of the loader does in some releases and not in others.
package enum ArchitectureBehaviour: Sendable, Hashable, CaseIterable {
  /// x86-64 takes R_X86_64_PLT32 (4).
  case x86TakesPLT32
  /// x86-64 takes R_X86_64_PC64 (24).
  case x86TakesPC64
  /// i386 takes R_386_PLT32 (4).
  case i386TakesPLT32
  /// arm64 has sections for PLTs, which the option ARM64_MODULE_PLTS asks for.
  case arm64HasPLTs
  /// …and no option leaves them out.
  case arm64AlwaysHasPLTs
  /// arm64 changes a section for ftrace's trampoline, and needs it with DYNAMIC_FTRACE.
  case arm64HasTrampoline
  /// …and a second one for init code.
  case arm64HasInitTrampoline
  /// arm64 refuses ADRP (275, 276) with ARM64_ERRATUM_843419.
  case arm64RefusesADRP
  /// arm64's relocation lines begin with `Modules:`.
  case arm64SaysModules
  /// arm has a section for PLTs called `.core.plt`.
  case armHasCorePLT
  /// arm has sections for PLTs called `.plt` and `.init.plt`.
  case armHasPLTs
  /// arm takes relocations relative to their place.
  case armTakesPlaceRelative
  /// arm takes group relocations, with ARM_HAS_GROUP_RELOCS.
  case armTakesGroups
  /// riscv has sections for PLT and GOT, with MODULE_SECTIONS.
  case riscvHasSections
  /// …and that option is always set.
  case riscvAlwaysHasSections
  /// riscv takes ADD16 (34) and SUB16 (38).
  case riscvTakesSums16
  /// riscv takes all types that assemblers write, and names those of dynamic linking and TLS.
  case riscvTakesAll
  /// LoongArch has sections for GOT and PLT, and types for them.
  case loongArchHasSections
  /// LoongArch takes 32_PCREL (99) and 64_PCREL (109).
  case loongArchTakesPlaceRelative
  /// LoongArch takes PCADD and GOT_PCADD (128 to 131).
  case loongArchTakesPCADD
  /// powerpc64 wants no `nop` after a branch that does not return, and shows where one is missing.
  case powerpcKnowsSiblingCalls
  /// …nor where the call is followed by what replaces it.
  case powerpcKnowsRestoredPointer
  /// mips has one code for relocations with addends and without, and one line for both.
  case mipsHasCommonRelocations
}

extension ArchitectureBehaviour {
  /// Which releases have which behaviour.
  package static let table = ReleaseTable<ArchitectureBehaviour>(
    named: "Architectures",
    [
      .init(
        .x86TakesPLT32, since: KernelRelease(4, 16),
        "arch/x86/kernel/module.c apply_relocate_add, commit b21ebf2fb4cd"),
      .init(
        .x86TakesPLT32, since: KernelRelease(4, 14, 80), until: KernelRelease(4, 15),
        "the same in stable releases; patch level of the backport not known", isCertain: false),
      .init(
        .x86TakesPLT32, since: KernelRelease(4, 9, 140), until: KernelRelease(4, 10),
        "the same in stable releases; patch level of the backport not known", isCertain: false),
      .init(
        .x86TakesPLT32, since: KernelRelease(4, 4, 170), until: KernelRelease(4, 5),
        "the same in stable releases; patch level of the backport not known", isCertain: false),
      .init(
        .x86TakesPLT32, since: KernelRelease(3, 18, 130), until: KernelRelease(3, 19),
        "the same in android-3.18; patch level of the backport not known", isCertain: false),
      .init(
        .x86TakesPLT32, since: KernelRelease(3, 16, 83), until: KernelRelease(3, 17),
        "the same in 3.16 (shortlog of 2020); patch level of the backport not known",
        isCertain: false),
      .init(
        .x86TakesPC64, since: KernelRelease(4, 19),
        "arch/x86/kernel/module.c apply_relocate_add, commit b40a142b12b5"),
      .init(
        .i386TakesPLT32, since: KernelRelease(5, 11, 3),
        "arch/x86/kernel/module.c apply_relocate, commit bb73d07148c4 (5.12)", isCertain: false),
      .init(
        .i386TakesPLT32, since: KernelRelease(5, 10, 20), until: KernelRelease(5, 11),
        "arch/x86/kernel/module.c apply_relocate, 5.10.223; patch level of the backport not known",
        isCertain: false),
      .init(
        .arm64HasPLTs, since: KernelRelease(4, 6),
        "arch/arm64/kernel/module-plts.c module_frob_arch_sections, 4.19"),
      .init(
        .arm64AlwaysHasPLTs, since: KernelRelease(6, 5),
        "arch/arm64/Kconfig, 6.12; ARM64_MODULE_PLTS in 6.1"),
      .init(
        .arm64HasTrampoline, since: KernelRelease(4, 16),
        "arch/arm64/kernel/module-plts.c module_frob_arch_sections, 4.19; module_init_ftrace_plt, 6.1"
      ),
      .init(
        .arm64HasInitTrampoline, since: KernelRelease(6, 18),
        "arch/arm64/kernel/module.c module_init_ftrace_plt, 7.2", isCertain: false),
      .init(
        .arm64HasInitTrampoline, since: KernelRelease(6, 12, 54), until: KernelRelease(6, 13),
        "arch/arm64/kernel/module.c module_init_ftrace_plt, 6.12.117; patch level of the backport not known",
        isCertain: false),
      .init(
        .arm64RefusesADRP, since: KernelRelease(4, 3), until: KernelRelease(4, 17),
        "arch/arm64/kernel/module.c apply_relocate_add, commits df057cc7b4fa and a257e02579e4"),
      .init(
        .arm64SaysModules, since: KernelRelease(6, 5),
        "arch/arm64/kernel/module.c pr_fmt, 6.12; not in 6.1"),
      .init(
        .armHasCorePLT, since: KernelRelease(4, 1), until: KernelRelease(4, 10),
        "arch/arm/kernel/module-plts.c module_frob_arch_sections, commit 7d485f647c1f",
        isCertain: false),
      .init(
        .armHasPLTs, since: KernelRelease(4, 10),
        "arch/arm/kernel/module-plts.c module_frob_arch_sections, 5.10", isCertain: false),
      .init(
        .armTakesPlaceRelative, since: KernelRelease(5, 11),
        "arch/arm/kernel/module.c apply_relocate, 6.1; not in 5.10", isCertain: false),
      .init(
        .armTakesGroups, since: KernelRelease(5, 18),
        "arch/arm/kernel/module.c apply_relocate, 6.1", isCertain: false),
      .init(
        .riscvHasSections, since: KernelRelease(4, 17),
        "arch/riscv/kernel/module-sections.c module_frob_arch_sections, 5.10"),
      .init(
        .riscvAlwaysHasSections, since: KernelRelease(4, 17), until: KernelRelease(6, 5),
        "arch/riscv/Kconfig, 6.1; RELOCATABLE selects it in 6.12", isCertain: false),
      .init(
        .riscvTakesSums16, since: KernelRelease(6, 3),
        "arch/riscv/kernel/module.c reloc_handlers_rela, commit 1bc400ffb52b", isCertain: false),
      .init(
        .riscvTakesAll, since: KernelRelease(6, 7),
        "arch/riscv/kernel/module.c reloc_handlers, commit 8fd6c5142395"),
      .init(
        .loongArchHasSections, since: KernelRelease(6, 1),
        "arch/loongarch/kernel/module-sections.c module_frob_arch_sections, 6.1"),
      .init(
        .loongArchTakesPlaceRelative, since: KernelRelease(6, 3),
        "arch/loongarch/kernel/module.c reloc_rela_handlers, 6.12; not in 6.1", isCertain: false),
      .init(
        .loongArchTakesPCADD, since: KernelRelease(7, 0),
        "arch/loongarch/kernel/module.c reloc_rela_handlers, 7.2; not in 6.12", isCertain: false),
      .init(
        .powerpcKnowsSiblingCalls, since: KernelRelease(4, 16),
        "arch/powerpc/kernel/module_64.c restore_r2, 5.10; not in 4.15", isCertain: false),
      .init(
        .powerpcKnowsRestoredPointer, since: KernelRelease(6, 3),
        "arch/powerpc/kernel/module_64.c restore_r2, 6.12; not in 6.1", isCertain: false),
      .init(
        .mipsHasCommonRelocations, since: KernelRelease(4, 16),
        "arch/mips/kernel/module.c apply_r_mips_lo16, 5.10; not in 4.14", isCertain: false),
    ])
}
