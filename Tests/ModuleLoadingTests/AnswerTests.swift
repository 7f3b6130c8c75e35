import ByteStorage
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Answers of the loader")
struct AnswerTests {
  @Test("error numbers have the kernel's names, and unknown ones their number")
  func errorNumbers() {
    #expect(LoadErrno.ENOEXEC.rawValue == 8 && LoadErrno.ENOEXEC.name == "ENOEXEC")
    #expect(LoadErrno.EKEYREJECTED.rawValue == 129)
    #expect("\(LoadErrno(rawValue: 5))" == "5")
  }

  @Test("where no vermagic is known, the release counts, as far as it goes")
  func release() throws {
    var bench = Bench("6.12.107+deb13-amd64")
    bench.knowsVermagic = false
    func module(_ release: String, _ versions: [RequiredVersion]) -> ModuleBuilder {
      var module = ModuleBuilder("other", vermagic: "\(release) SMP mod_unload modversions ")
      module.basic = versions
      module.hasFlagTable = false
      return module
    }
    let layout = [RequiredVersion("module_layout", 1)]
    let other = try bench.outcome(module("6.12.117+deb13-amd64", layout))
    #expect(other.causes.first?.code == .otherRelease)
    let same = try bench.outcome(module("6.12.107+deb13-amd64", layout))
    #expect(same.causes.first?.code == .otherConfiguration)
    bench.config.removeAll { $0 == "MODVERSIONS" }
    let refused = try bench.outcome(module("6.1.0", []))
    #expect(
      summary(refused) == "ENOEXEC | other: version magic '6.1.0 SMP mod_unload modversions ' "
        + "should be '6.12.107+deb13-amd64 …'")
    #expect(refused.causes.map(\.code) == [.otherRelease])
    #expect(refused.causes.first?.module == "6.1.0")
    bench.release = "6.12.107"
    #expect(try bench.outcome(module("6.12.107-custom", [])).verdict == .loads)
  }

  @Test("modules that are loaded before are answered first, and left out of the plain answer")
  func preloaded() throws {
    let bench = Bench()
    let scratch = try ScratchDirectory()
    let first = try scratch.write(bench.module("first").build(), to: "first.ko")
    let second = try scratch.write(bench.module("second").build(), to: "second.ko")
    var request = LoadRequest()
    request.with = [first]
    let checker = ModuleChecker(try bench.facts(), request: request)
    var answers: [(String, Bool)] = []
    checker.check([second, scratch.file("missing.ko")]) {
      answers.append(($0.path, $0.isPreloaded))
    }
    #expect(answers.map(\.0) == [first, second, scratch.file("missing.ko")])
    #expect(answers.map(\.1) == [true, false, false])
    let plain = checker.check([second])
    #expect(plain.map(\.path) == [second])
    #expect(try plain.first?.result.get().verdict == .loads)
  }

  @Test("a module that is named twice is read once, and answered twice")
  func namedTwice() throws {
    let bench = Bench()
    let scratch = try ScratchDirectory()
    let path = try scratch.write(bench.module("first").build(), to: "first.ko")
    var (totals, answers): (Set<Int>, Int) = ([], 0)
    ModuleChecker(try bench.facts()).check(
      [path, path], progress: { totals.insert($1) }, consume: { _ in answers += 1 })
    #expect(totals == [1] && answers == 2)
  }

  @Test("a copy that was kept is taken in place of the file")
  func copies() throws {
    let bench = Bench()
    let scratch = try ScratchDirectory()
    let path = try scratch.write(bench.module("first").build(), to: "first.ko")
    var request = LoadRequest()
    let copies = ModuleCopies()
    var file = FileBuffer()
    try file.open(path)
    try copies.keep(path, file)
    request.copies = copies
    _ = try scratch.write([0], to: "first.ko")
    let checker = ModuleChecker(try bench.facts(), request: request)
    #expect(try checker.check([path]).first?.result.get().verdict == .loads)
    #expect(
      try ModuleChecker(try bench.facts()).check([path]).first?.result.get().verdict != .loads)
  }

  @Test("a livepatch of which the kernel's symbols are unknown is judged by the loader alone")
  func livepatch() throws {
    let bench = Bench()
    var module = bench.module("fix")
    module.info?.append("livepatch=Y")
    let scratch = try ScratchDirectory()
    let path = try scratch.write(module.build(), to: "fix.ko")
    let answer = try #require(LivepatchChecker(try bench.facts()).check([path]).first)
    let outcome = try answer.result.get()
    #expect(outcome.load.verdict == .loads)
    #expect(outcome.patch?.isMarked == true)
    #expect(outcome.advice.contains { $0.code == .assembledAtRuntime })
  }

  @Test("a line that shows once per boot shows once for a module")
  func onceOnly() throws {
    var bench = Bench()
    bench.exports += [SampleExport("one", 1), SampleExport("two", 2)]
    var module = bench.module()
    module.undefined = ["one", "two"]
    let outcome = try bench.outcome(module)
    #expect(outcome.verdict == .loads)
    #expect(outcome.log == ["sample: no symbol version for one"])
  }
}
