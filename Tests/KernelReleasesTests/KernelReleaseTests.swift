import KernelReleases
import Testing

@Suite("Kernel releases")
struct KernelReleaseTests {
  @Test(
    "release strings of distributions give their numbers",
    arguments: [
      ("6.12.107+deb13-amd64", KernelRelease(6, 12, 107)),
      ("6.1.0-51-amd64", KernelRelease(6, 1)), ("5.10.0-32-amd64", KernelRelease(5, 10)),
      ("6.16.3+deb14-powerpc64le", KernelRelease(6, 16, 3)),
      ("6.8.0-49-generic", KernelRelease(6, 8)), ("5.15.0-1073-aws", KernelRelease(5, 15)),
      ("6.11.4-301.fc41.x86_64", KernelRelease(6, 11, 4)),
      ("6.13.0-0.rc3.29.fc42.x86_64", KernelRelease(6, 13)),
      ("5.14.0-503.11.1.el9_5.x86_64", KernelRelease(5, 14)),
      ("2.6.32-754.el6.x86_64", KernelRelease(2, 6, 32)),
      ("5.15.0-300.163.18.1.el9uek.x86_64", KernelRelease(5, 15)),
      ("6.1.115-126.197.amzn2023.x86_64", KernelRelease(6, 1, 115)),
      ("6.4.0-150600.23.25-default", KernelRelease(6, 4)),
      ("6.12.1-arch1-1", KernelRelease(6, 12, 1)), ("6.6.58-gentoo-r1", KernelRelease(6, 6, 58)),
      ("6.8.12-4-pve", KernelRelease(6, 8, 12)), ("6.6.63+rpt-rpi-v8", KernelRelease(6, 6, 63)),
      ("5.15.167.4-microsoft-standard-WSL2", KernelRelease(5, 15, 167)),
      ("5.15.137-android14-11-g96c9e5fdb2d8", KernelRelease(5, 15, 137)),
      ("6.12.0+", KernelRelease(6, 12)), ("6.1", KernelRelease(6, 1)),
      ("6.12.107-1", KernelRelease(6, 12, 107)), ("6.14~rc3-1~exp1", KernelRelease(6, 14)),
      ("6.12.107+deb13-amd64 SMP preempt mod_unload modversions ", KernelRelease(6, 12, 107)),
    ])
  func distributions(_ text: String, _ release: KernelRelease) {
    #expect(KernelRelease(text) == release)
  }

  @Test(
    "a release candidate counts as the release it leads to",
    arguments: [
      ("6.14-rc3", KernelRelease(6, 14)), ("7.3.0-rc1-foo", KernelRelease(7, 3)),
      ("7.0-rc7+", KernelRelease(7, 0)), ("6.14-rc3.2", KernelRelease(6, 14)),
      ("6.12.108-rc1", KernelRelease(6, 12, 108)),
    ])
  func candidates(_ text: String, _ release: KernelRelease) {
    #expect(KernelRelease(text) == release)
  }

  @Test(
    "text without two numbers gives no release",
    arguments: [
      "", "6", "6.", "6-rc1.2", ".1", "six.one", "v6.1", " 6.1", "-6.1", "6.x",
      "99999999999999999999.1", "6.1048576",
    ])
  func malformed(_ text: String) {
    #expect(KernelRelease(text) == nil)
  }

  @Test("releases are ordered number by number")
  func order() {
    #expect(KernelRelease(6, 9, 200) < KernelRelease(6, 10))
    #expect(KernelRelease(6, 19) < KernelRelease(7, 0))
    #expect(KernelRelease(6, 1, 41) < KernelRelease(6, 1, 42))
    #expect(KernelRelease(6, 1, 0) == KernelRelease(6, 1))
  }

  @Test("a release is written with the numbers that count")
  func description() {
    #expect("\(KernelRelease(6, 14))" == "6.14")
    #expect("\(KernelRelease(6, 12, 107))" == "6.12.107")
  }

  @Test("stable releases of one series begin with the same two numbers")
  func series() {
    #expect(KernelRelease(6, 12, 107).isOfSeries(of: KernelRelease(6, 12)))
    #expect(!KernelRelease(6, 12).isOfSeries(of: KernelRelease(6, 1)))
    #expect(!KernelRelease(6, 12).isOfSeries(of: KernelRelease(7, 12)))
  }

  @Test("every release but the first of its kind has one before it")
  func previous() {
    #expect(KernelRelease(6, 14).previous == KernelRelease(6, 13))
    #expect(KernelRelease(7, 0).previous == KernelRelease(6, 19))
    #expect(KernelRelease(6, 1, 42).previous == KernelRelease(6, 1, 41))
    #expect(KernelRelease(3, 0).previous == KernelRelease(2, 6))
    #expect(KernelRelease(9, 0).previous == nil)
  }
}

@Suite("The build in a banner")
struct KernelBuildTests {
  @Test("Debian's package version counts before a release string that hides the patch level")
  func debian() {
    let build = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-11)"
    #expect(KernelBuild(build).debianVersion == "6.1.176-1")
    #expect(
      KernelRelease(release: "6.1.0-51-amd64", build: build) == KernelRelease(6, 1, 176))
    #expect(KernelRelease(release: nil, build: build) == KernelRelease(6, 1, 176))
  }

  @Test(
    "builds of others leave the release string",
    arguments: ["#7 SMP Sat Nov 1", "#1 SMP Debian unknown 6.1", "#1 SMP Debian", ""])
  func others(_ build: String) {
    #expect(KernelBuild(build).debianVersion == nil)
    #expect(KernelRelease(release: "6.9.1", build: build) == KernelRelease(6, 9, 1))
    #expect(KernelRelease(release: nil, build: build) == nil)
  }

  @Test("Ubuntu's number of the build names it")
  func ubuntu() {
    #expect(KernelBuild("#49-Ubuntu SMP PREEMPT_DYNAMIC Mon Nov 4").isUbuntu)
    #expect(!KernelBuild("#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1").isUbuntu)
  }

  @Test("the newest release is taken where none is known, and marked as assumed")
  func basis() {
    #expect(ReleaseBasis(nil).release == .newest && ReleaseBasis(nil).isAssumed)
    let known = ReleaseBasis(KernelRelease(6, 1))
    #expect(known.release == KernelRelease(6, 1) && !known.isAssumed)
  }
}
