import ByteStorage
import NameTranslation
import Testing

@Suite("Kernels that a text names")
struct TextOriginTests {
  private func parts(_ text: String) -> [TextOrigin.Part] {
    let bytes = Array(text.utf8)
    return TextOrigin.parts(bytes.rawSpan)
  }

  private let identifier = String(repeating: "0a", count: 20)

  @Test("a banner, the header of a trace and vmcoreinfo name the release")
  func releases() {
    for line in [
      "[    0.000000] Linux version 6.12.0-1 (a@b) (gcc) #1 SMP",
      "[ 1.0] CPU: 0 UID: 0 PID: 1 Comm: init Tainted: G  OE  6.12.0-1 #1  Debian 6.12",
      "CPU: 1 PID: 77 Comm: a b Not tainted 6.12.0-1 #5\r", "OSRELEASE=6.12.0-1",
    ] {
      let found = parts("before\n\(line)\nafter\n")
      #expect(found.count == 1 && found.first?.origin.release == "6.12.0-1", "\(line)")
    }
  }

  @Test("a build ID ends the header of a trace, or stands in vmcoreinfo")
  func buildIDs() {
    for line in [
      "CPU: 0 PID: 1 Comm: x Not tainted 6.1.0 #1 \(identifier)", "BUILD-ID=\(identifier)",
    ] {
      #expect(parts(line).first?.origin.buildID == identifier)
    }
  }

  @Test("a part begins at a banner, and where a line names another kernel")
  func several() {
    let text = """
      cut
      Linux version 6.1.0 (a@b) #1
      CPU: 0 PID: 1 Comm: x Not tainted 6.1.0 #1 \(identifier)
      Linux version 6.1.0 (a@b) #1
      CPU: 0 PID: 1 Comm: x Not tainted 6.12.0 #1
      end
      """
    let found = parts(text)
    #expect(found.map(\.origin.release) == ["6.1.0", "6.1.0", "6.12.0"])
    #expect(found.first?.origin.buildID == identifier)
    #expect(found.first?.range.lowerBound == 0 && found.last?.range.upperBound == text.utf8.count)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
  }

  /// `struct new_utsname` has 64 bytes for a release (include/uapi/linux/utsname.h).
  @Test("a release may have 64 bytes")
  func longest() {
    let release = "6" + String(repeating: "1", count: 63)
    for text in [
      "Linux version \(release) (a@b)", "OSRELEASE=\(release)", "OSRELEASE=\(release)\n",
    ] {
      #expect(parts(text).map(\.origin.release) == [release])
    }
  }

  @Test(
    "a build ID says more than a release, and lines that say different things are of one kernel")
  func contradictions() {
    let other = String(repeating: "0b", count: 20)
    func header(_ release: String, _ end: String) -> String {
      "CPU: 0 PID: 1 Comm: x Not tainted \(release) #1 \(end)\n"
    }
    for (text, count) in [
      (header("6.1.0", identifier) + header("6.1.0", identifier), 1),
      (header("6.1.0", identifier) + header("6.1.0", other), 2),
      (header("6.1.0", identifier) + header("6.1.1", identifier), 1),
      (header("6.1.0", identifier) + header("6.1.1", ""), 2),
      ("OSRELEASE=6.1.0\nBUILD-ID=\(identifier)\n", 1),
      ("BUILD-ID=\(identifier)\nOSRELEASE=6.1.0\n", 1),
      ("BUILD-ID=\(identifier)\nBUILD-ID=\(other)\n", 2),
    ] {
      #expect(parts(text).count == count, "\(text)")
    }
  }

  @Test("words that only look so name nothing, and no path gets in")
  func lookalikes() {
    for line in [
      "Linux version ", " Comm: ", "PID: 1 Comm: x #", "OSRELEASE=", "BUILD-ID=abc",
      "OSRELEASE=6/../../etc/passwd", "Linux version three", "PID: 1 Comm: x  #1",
      "Linux version 6\(String(repeating: "1", count: 64))",
    ] {
      #expect(parts(line).map(\.origin.isKnown) == [false], "\(line)")
      #expect(parts("\(line)\nOSRELEASE=6.1.0\n").map(\.origin.release) == ["6.1.0"], "\(line)")
    }
  }
}
