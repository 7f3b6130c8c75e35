internal import ArgumentParser
internal import ByteStorage
internal import Kernels

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Say what a kernel is: container, release, build ID, configuration, versions.",
    usage: "ksym kernel [<options>] <kernels> ...",
    discussion: """
      Reads any kernel: vmlinux; bzImage, Image, zImage, uImage, EFI zboot and unified images with \
      their payloads in any compression; directories (/lib/modules/RELEASE, a build tree, an \
      unpacked package); memory dumps (ELF vmcore of kdump or QEMU, makedumpfile's format, \
      compressed and flattened); lists of symbols (System.map, /proc/kallsyms). Each fact comes with its source; what one file lacks is looked for \
      beside it. A configuration alone is enough to show which version tables its \
      kernel's modpost writes, its loader reads and kmod reads, and what options mean for long names.

      Examples:
        ksym kernel /boot/vmlinuz-$(uname -r)
        ksym kernel --show-config bzImage > config
        ksym kernel --show-certificates vmlinuz | openssl x509 -noout -text
        ksym kernel --json unpacked-package/ | jq .modversions
        ksym kernel /boot/config-6.14.0   # which version tables it writes and reads
        ksym kernel vmcore                  (release, KASLR offset, build ID)

      JSON, one object a kernel: kernel, layers, architecture, wordSize, byteOrder, release, banner, \
      buildId, config {embedded, source}, vermagic, symbols {count, ofModules, exported, \
      kernelOffset, kallsyms {releases, encoding, order, byteOrder, wordSize, twoByteLengths, \
      markerSize, sequenceSize}}, exports {count, gplOnly, namespaced, withCrc, \
      source, form {entrySize, placeRelative, namespaces, crcs, flagTable}}, modversions {enabled, \
      generator, writes, reads, layouts [{layout, written, read, readByTools, longestName}], \
      effects [{option, set, means, code}]}, certificates [{subject, issuer, serial, keyID}], \
      signatures {checked, enforced, lockedDown, keyrings}, options {NAME: value}, structModuleSize, modules {directory, \
      count}, dump {form, compression, kernelOffset, textAddress, physicalTextAddress, pageSize, \
      incomplete}, sources {fact: file}, notes. What is unknown is null.

      Exit status: 0 every kernel was read; 1 --show-config found no configuration, or --show-certificates no \
      certificate; 2 a kernel cannot be \
      read.
      """)

  @Flag(
    name: .customLong("show-config"), help: "Print the kernel's configuration, and nothing else.")
  var showsConfig = false

  @Flag(
    name: .customLong("show-certificates"),
    help: "Print the certificates that are built into the kernel (PEM), and nothing else.")
  var showsCertificates = false

  /// The older spelling: elsewhere --config takes a file.
  @Flag(name: .customLong("config"), help: .hidden) var showsConfigAsBefore = false

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var input: InputOptions
  @OptionGroup var kernelPaths: KernelPathOption

  @Argument(
    help: "Kernels: images, directories, memory dumps, configurations, or running.",
    completion: .file())
  var kernels: [String] = []

  func validate() throws { _ = try kernelPaths.paths(and: kernels) }

  func run() throws {
    let terminal = colour.terminal
    var report = KernelReport(terminal: terminal, isVerbose: input.isVerbose)
    let printsConfig = showsConfig || showsConfigAsBefore
    for path in try kernelPaths.paths(and: kernels) {
      do {
        let kernel = try OpenKernel(path, limit: input.limit)
        kernel.reportChoice()
        let facts = try kernel.facts(isThorough: !printsConfig && !showsCertificates)
        if printsConfig {
          report.printConfig(of: facts)
          continue
        }
        let trust = KernelTrust(kernel, facts)
        if showsCertificates {
          report.printCertificates(trust, of: facts)
          continue
        }
        if json.isWanted {
          report.writeJSON(facts, trust)
        } else {
          report.writeText(facts, trust)
        }
        for note in facts.notes where note.code == .modules { report.complain(note.words) }
      } catch { report.complain(error.explained) }
    }
    report.finish()
    throw ExitCode(report.status.rawValue)
  }
}
