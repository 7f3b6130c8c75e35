import SymbolNames
import Testing

@Suite("Readable paths")
struct ReadablePathTests {
  @Test(
    "generic arguments go, with the colons before them; what stands between < and > at a start stays",
    arguments: [
      ("kernel::print::call_printk", "kernel::print::call_printk"),
      ("core::ptr::drop_in_place::<alloc::vec::Vec<u8>>", "core::ptr::drop_in_place"),
      ("alloc::vec::Vec<u8>::push", "alloc::vec::Vec::push"),
      ("<a::B<c::D> as e::F<g>>::h::<i>", "<a::B as e::F>::h"),
      ("f::<fn(a) -> b, c>::d", "f::d"),
      ("a<b<c>, d>::e<f>", "a::e"),
      // The last bytes of these letters are 0x80 and 0xbf.
      ("\u{c0}<u8>::f", "\u{c0}::f"), ("\u{ff}<u8>::f", "\u{ff}::f"),
    ])
  func generics(_ path: String, _ bare: String) {
    #expect(ReadablePath.withoutGenerics(path) == bare)
  }
}
