import KernelReleases
import ModuleLoading
import Testing

@Suite("Rules by release")
struct RulesTests {
  @Test(
    "a behaviour begins with its release",
    arguments: [
      (LoaderBehaviour.checksStructureSize, "6.3.13", "6.4.0"), (.checksEarly, "6.3.0", "6.4.0"),
      (.validatesStringTables, "6.12.107", "6.13.0"), (.hasFlagTable, "7.0.9", "7.1.0"),
      (.hasModuleNamespaces, "6.15.0", "6.16.0"), (.namesHeaderDefects, "5.14.0", "5.15.0"),
      (.hasNamespaces, "5.3.0", "5.4.0"), (.inheritsTaint, "5.8.0", "5.9.0"),
      (.namesInheritedSymbol, "5.15.0", "5.16.0"), (.acceptsMissingVersions, "4.4.0", "4.9.0"),
      (.checksSymbolSections, "6.19.0", "7.0.0"),
    ])
  func beginnings(_ behaviour: LoaderBehaviour, _ before: String, _ since: String) throws {
    #expect(try !rules(before).has(behaviour))
    #expect(try rules(since).has(behaviour))
    #expect(LoaderRules(KernelRelease.newest).has(behaviour))
  }

  @Test("a behaviour that was replaced ends")
  func ends() throws {
    #expect(try rules("5.10.0").has(.summarizesHeaderDefects))
    #expect(try !rules("5.15.0").has(.summarizesHeaderDefects))
    #expect(try rules("6.12.0").has(.countsSpecialSections))
    #expect(try !rules("6.13.0").has(.countsSpecialSections))
  }

  @Test("every behaviour names where it was read", arguments: LoaderBehaviour.allCases)
  func sources(_ behaviour: LoaderBehaviour) {
    let sources = LoaderBehaviour.table.sources(of: behaviour)
    #expect(!sources.isEmpty && sources.allSatisfy { $0.contains("/") })
  }

  @Test("an assumption that cannot be used says why")
  func assumptions() throws {
    for text in ["", "=", "=x", "key"] {
      let isThere = GivenFact(text) != nil
      #expect(!isThere, "\(text)")
    }
    for text in [
      "missing-version=maybe", "release=new", "struct-module-size=big", "nonsense=y",
      "MODVERSIONS=perhaps",
    ] {
      let complaint = try #require(GivenFact(text)).problem
      #expect(complaint != nil, "\(text)")
    }
    for text in [
      "missing-version=refuse", "release=6.1.2", "struct-module-size=1280", "vermagic=6.1 SMP ",
      "CONFIG_MODVERSIONS=y", "MODULE_FORCE_LOAD=n",
    ] {
      let complaint = try #require(GivenFact(text)).problem
      #expect(complaint == nil, "\(text)")
    }
  }

  private func rules(_ release: String) throws -> LoaderRules {
    LoaderRules(try #require(KernelRelease(release)))
  }
}
