import Testing

@testable import KernelUpdates

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

  @Test("a number of any length in a release does no harm")
  func longNumber() {
    #expect(GateOrder.newestFirst([String(repeating: "9", count: 100), "1"]).last == "1")
  }
}
