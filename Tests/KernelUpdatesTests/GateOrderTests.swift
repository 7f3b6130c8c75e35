import Testing

import KernelUpdates

@Suite("Orders of weak-modules")
struct GateOrderTests {
  @Test("releases are ordered by the numbers in them, the newest first")
  func releases() {
    let sorted = GateOrder.newestFirst([
      "5.14.0-9.el9.x86_64", "5.14.0-70.el9.x86_64", "6.0.0", "5.14.0-70.13.1.el9.x86_64", "x",
    ])
    #expect(
      sorted == [
        "6.0.0", "5.14.0-70.13.1.el9.x86_64", "5.14.0-70.el9.x86_64", "5.14.0-9.el9.x86_64", "x",
      ])
  }

  @Test("of a part of a release the number counts that it begins with")
  func mixedParts() {
    #expect(GateOrder.newestFirst(["1.8", "1.9a", "1.x9"]) == ["1.9a", "1.8", "1.x9"])
  }

  @Test(
    "a module belongs to the kernel whose directory it is in",
    arguments: [
      ("/usr/lib/modules/6.1/extra/m.ko", "6.1", "m.ko"),
      ("/lib/modules/6.1/extra/lib/a/b/c/m.ko", "6.1", "lib/a/b/c/m.ko"),
      ("/lib/modules/6.1/extra/modules/a/b/c/m.ko", "6.1", "modules/a/b/c/m.ko"),
      ("/root/lib/modules/6.1/updates/dkms/m.ko", "6.1", "dkms/m.ko"),
      ("/lib/modules/m.ko", "", "lib/modules/m.ko"), ("build/m.ko", "", "build/m.ko"),
    ])
  func places(_ path: String, _ release: String, _ link: String) {
    let place = TreeGate.place(of: path)
    #expect(place.release == release)
    #expect(place.link == link)
  }

  @Test("a number of any length in a release does no harm")
  func longNumber() {
    #expect(GateOrder.newestFirst([String(repeating: "9", count: 100), "1"]).last == "1")
  }
}
