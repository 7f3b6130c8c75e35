internal import CGlibcExtras

package enum FreedMemory {
  /// Keeps it in the process, for commands whose large buffers serve one file after the other: giving
  /// them back to the system and taking them again costs a page fault for every page.
  package static func keep() {
    // M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h, macros that Swift does not import.
    _ = mallopt(-1, 256 << 20)
    _ = mallopt(-3, 64 << 20)
  }
}
