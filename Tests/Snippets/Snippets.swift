import Glibc
import KernelSymbols

// The code of the library's articles, compiled, and run by the tests in a directory that has the files
// it names. A snippet stands between a line that names its article and number, and `// end`.

@main
struct Snippets {
  static let all: [String: @Sendable () throws -> Void] = [
    "loads": loads, "versions": versions, "place": place, "translate": translate,
    "convert": convert, "exports": exports, "open": open, "check": check,
    "livepatch": livepatch, "signature": signature, "collection": collection, "raw": raw,
    "writing": writing, "stream": stream, "back": back, "table": table,
  ]

  static func main() throws {
    guard CommandLine.arguments.count == 3, let run = all[CommandLine.arguments[1]],
      unsafe chdir(CommandLine.arguments[2]) == 0
    else {
      print(all.keys.sorted().joined(separator: " "))
      exit(64)
    }
    try run()
  }

  static func loads() throws {
    // snippet KernelSymbols.md 1
    let kernel = try Kernel(at: "vmlinuz")
    for answer in kernel.check("driver.ko") {
      print(answer.verdict, answer.errno ?? .none, answer.log)
    }
    // end
  }

  static func versions() throws {
    // snippet KernelSymbols.md 2
    for version in try Module(at: "driver.ko.xz").versions {
      print(version.name, version.crc, version.layouts)
    }
    // end
  }

  static func place() throws {
    let kernel = try Kernel(at: "vmlinuz")
    // snippet KernelSymbols.md 3
    if let place = try kernel.symbols.place(at: 0xffff_ffff_8100_0010) {
      print(place)  // _text+0x10/0x40 [vmlinux] 1 of 1
    }
    // end
  }

  static func translate() throws {
    let kernel = try Kernel(at: "vmlinuz")
    let log = "RIP: 0010:_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk+0x10/0x40\n"
    // snippet KernelSymbols.md 4
    print(TextTranslator(kernel).translate(log))
    // end
  }

  static func convert() throws {
    // snippet KernelSymbols.md 5
    try Module(at: "a.ko").converting(to: .extended, signature: .dropped).write(to: "b.ko")
    // end
  }

  static func exports() throws {
    // snippet KernelSymbols.md 6
    for export in try Kernel(at: "Module.symvers").exports where export.isGPLOnly {
      print(export.name, export.owner)
    }
    // end
  }

  static func open() throws {
    // snippet AskingAKernel.md 1
    let kernel = try Kernel(at: "vmlinuz", configuration: "config")
    print(kernel.release ?? "unknown release", kernel.option("MODVERSIONS") ?? "not set")
    // end
  }

  static func check() throws {
    let kernel = try Kernel(at: "vmlinuz")
    // snippet AskingAKernel.md 2
    var options = LoadOptions()
    options.assuming = ["missing-version=refuse"]
    for answer in kernel.check("modules/", options: options) where answer.verdict != .loads {
      print(answer.path, answer.verdict, answer.errno ?? .none)
      for line in answer.log { print("  \(line)") }
      for cause in answer.causes { print("  \(cause)") }
      for assumption in answer.assumed { print("  assumed: \(assumption)") }
    }
    // end
  }

  static func livepatch() throws {
    // snippet CheckingLivepatches.md 1
    let kernel = try Kernel(at: "vmlinuz")
    for answer in kernel.checkLivepatches("fix.ko") {
      print(answer.verdict, answer.errno ?? .none)
      for line in answer.log { print(line) }
      for advice in answer.advice { print("=> \(advice)") }
    }
    // end
  }

  static func signature() throws {
    // snippet ConvertingModules.md 1
    do {
      let module = try Module(at: "driver.ko.xz").converting(to: .both)
      try module.write(to: "driver.ko")
    } catch {
      print(error.code.rawValue, error)
    }
    // end
  }

  static func collection() throws {
    // snippet LookingUpSymbols.md 1
    let symbols = try Kernel(at: "vmlinuz").symbols
    for symbol in symbols.symbols(named: "s_next") {
      print(symbol.address ?? 0, symbol.position, "of", symbol.equals)
    }
    for symbol in symbols.find("print::call_printk") {
      print(symbol.name.readable, symbol.name.hashed)
    }
    // end
  }

  static func raw() throws {
    let symbols = try Kernel(at: "vmlinuz").symbols
    // snippet LookingUpSymbols.md 2
    var bytes = 0
    for place in symbols.indices {
      bytes += symbols.withName(at: place) { $0.byteCount }
    }
    print(bytes)
    // end
  }

  static func writing() throws {
    // snippet SpellingSymbols.md 1
    let symbols = try Kernel(at: "vmlinuz").symbols
    for place in symbols.indices where symbols[place].name.source == "s_next" {
      let writing = symbols.writing(of: place, for: .kprobe)
      print(writing.text ?? writing.problem ?? "")
    }
    // end
  }

  static func stream() {
    // snippet TranslatingText.md 1
    let translator = TextTranslator()
    let log = " init_once.llvm.14172910296636650566+0x10/0x40\n"
    print(translator.translate(log))  // init_once+0x10/0x40
    // end
  }

  static func back() throws {
    // snippet TranslatingText.md 2
    let kernel = try Kernel(at: "vmlinuz")
    let translator = TextTranslator(kernel, to: .linkage)
    if let problem = translator.problem { print(problem) }
    print(translator.translate(" kernel::print::call_printk+0x10/0x30\n"))
    // end
  }

  static func table() throws {
    // snippet TranslatingText.md 3
    let table = try NameTable(at: "kernels.names")
    for name in try table.names(for: "kernel::print::call_printk") {
      print(name, try table.name(hashed: name.hashed) == name)
    }
    // end
  }
}
