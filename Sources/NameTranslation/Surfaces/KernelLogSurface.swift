// Kernel logs. Nearly every symbol in them is an offset token (see OffsetTokens), whatever the
// architecture: what differs is what surrounds it (`RIP: 0010:`, `pc : `, `epc : `, `NIP [..] `,
// `Krnl PSW : … (`). The rows here are the names that the kernel prints without an offset (`%ps`).

extension Surface {
  static let kernelLogPatterns: [LinePattern] = [
    // kernel/module/main.c and version.c
    .after("Unknown symbol ", .kernelLog, .name, .text(" (err")),
    .after("version of symbol ", .kernelLog, .name, .end),
    .after("no symbol version for ", .kernelLog, .name, .end),
    .after("duplicate symbol ", .kernelLog, .name, .text(" (owned by ")),
    // kernel/workqueue.c: print_worker_info, wq_cpu_intensive_report
    .after("Workqueue: ", .kernelLog, .word, .blank, .name, .module, .end),
    .after("workqueue: ", .kernelLog, .name, .module, .text(" hogged CPU")),
    // kernel/irq/spurious.c: __report_bad_irq
    .after("[<", .kernelLog, .address, .text(">] "), .name, .module, .wordEnd),
    // kernel/kcsan/report.c: print_report
    .after("data-race in ", .kernelLog, .name, .text(" / "), .name, .end),
    .after("data-race in ", .kernelLog, .name, .end),
    // kernel/livepatch/core.c
    .after("symbol '", .kernelLog, .name, .text("' not found in symbol table")),
    .after("symbol '", .kernelLog, .name, .text("' in object '")),
    .after("location for function '", .kernelLog, .name, .text("'")),
    .after("handler for function '", .kernelLog, .name, .text("'")),
    .after("filter for function '", .kernelLog, .name, .text("'")),
    .after("old function '", .kernelLog, .name, .text("'")),
    // drivers/base/power/main.c: initcall_debug_start, initcall_debug_report, __suspend_report_result
    .after("calling ", .kernelLog, weak: true, .maybeBlank, .name, .module, .text(" @ "), .number),
    .line(
      .kernelLog, weak: true, .maybeBlank, .name, .module, .text(" returned "), .maybe("-"),
      .number,
      .wordEnd),
    .after(
      ": ", .kernelLog, weak: true, .name, .module, .text(" returned "), .maybe("-"), .number,
      .wordEnd),
    .after(
      "(): ", .kernelLog, .name, .module, .text(" returns "), .maybe("-"), .number, .wordEnd),
    // /proc/allocinfo: lib/codetag.c, codetag_to_text
    .after(" func:", .kernelLog, weak: true, .name, .wordEnd),
    // scripts/decode_stacktrace.sh and syzkaller: places in the source for offsets
    .line(.kernelLog, .maybeBlank, .maybe("? "), .name, .text(" ("), .place),
    .line(.kernelLog, .maybeBlank, .name, .blank, .place, .text(" [inline]")),
    // arch/arm/kernel/traps.c: dump_backtrace_entry, up to 5.14 and with CONFIG_BACKTRACE_VERBOSE; `%ps` writes
    // the module too
    .after("] (", .kernelLog, .name, .module, .text(") from [<")),
  ]
}

/// `NAME (FILE:LINE`, which scripts/decode_stacktrace.sh writes for `NAME+0xOFF/0xSIZE` wherever that is: in
/// call traces, after `RIP: 0010:` and `pc : `, in headlines (`BUG: … in NAME`, `WARNING: … NAME`).
///
/// - Note: scripts/decode_stacktrace.sh, `parse_symbol`. The file must be one of the kernel's sources, as
///   words of other texts have places after them too.
enum DecodedPlaces {
  private static let endings: [StaticString] = [".c:", ".h:", ".S:", ".rs:"]

  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    var floor = 0
    var from = 0
    var attempts = 0
    while attempts < TextLine.mostAttempts, let open = line.find(" (", from: from) {
      attempts &+= 1
      from = open &+ 2
      guard let colon = fileEnd(line, from), line[colon &+ 1].isDecimalDigit,
        let start = line.nameStart(before: open, floor: floor),
        OffsetTokens.isAllowed(line[start &- 1], line, before: start)
      else { continue }
      fields.append(NameField(start..<open, .kernelLog))
      floor = open
    }
  }

  /// The colon after the name of a source file.
  private static func fileEnd(_ line: borrowing TextLine, _ start: Int) -> Int? {
    var end = start
    let limit = min(line.count, start &+ TextLine.longestBracketed)
    while end < limit, !line[end].isBlank, line[end] != 0x3a, line[end] != 0x29 { end &+= 1 }
    return endings.contains { line.has($0, at: end &+ 1 &- $0.utf8CodeUnitCount) } ? end : nil
  }
}

/// The functions of works that a busy pool of workers runs and has waiting:
/// `in-flight: 12:NAME NAME ,13(RESCUER):NAME BAR(7)`, `pending: NAME, 3*NAME`.
///
/// - Note: kernel/workqueue.c, `show_pwq` and `pr_cont_work`.
enum WorkLists {
  private static let keys: [StaticString] = [
    "    in-flight:", "    pending:", "    inactive:", "    delayed:",
  ]

  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    for key in keys {
      guard let start = line.find(key, from: 0) else { continue }
      var index = start &+ key.utf8CodeUnitCount
      var attempts = 0
      while index < line.count, attempts < TextLine.mostAttempts {
        if line[index].isBlank || line[index] == 0x2c {
          index &+= 1
          continue
        }
        attempts &+= 1
        index = workerEnd(line, index)
        let end = line.nameEnd(from: index)
        // A barrier is followed by its process, `for` by how long a work has run.
        guard end > index, !line.has("BAR(", at: index), !line.has("for ", at: index) else {
          while index < line.count, !line[index].isBlank, line[index] != 0x2c { index &+= 1 }
          continue
        }
        fields.append(NameField(index..<end, .kernelLog))
        index = end
      }
    }
  }

  /// The end of what precedes a name: the process that runs it, or how often it is there.
  private static func workerEnd(_ line: borrowing TextLine, _ start: Int) -> Int {
    if line.has("bh:", at: start) { return start &+ 3 }
    if line.has("bh-hi:", at: start) { return start &+ 6 }
    var end = line.decimalEnd(start)
    guard end > start else { return start }
    if line.has("(RESCUER)", at: end) { end &+= 9 }
    return line[end] == 0x3a || line[end] == 0x2a ? end &+ 1 : start
  }
}

/// `NAME [module] from SYMBOL+0xOFF/0xSIZE`: call traces of 32-bit Arm since 5.15.
///
/// - Note: arch/arm/kernel/traps.c, `dump_backtrace_entry`.
enum ArmCallers {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    guard let from = line.find(" from ", from: 0) else { return }
    let (nameEnd, module) = line.nameEnd(beforeModuleAt: from)
    guard let start = line.nameStart(before: nameEnd, floor: 0),
      start == 0 || line[start &- 1].isBlank || line[start &- 1].isControl
    else { return }
    let end = line.nameEnd(from: from &+ 6)
    guard end > from &+ 6, line.has("+0x", at: end) else { return }
    let offsetEnd = line.hexEnd(end &+ 3)
    guard line.has("/0x", at: offsetEnd) else { return }
    var field = NameField(start..<nameEnd, .kernelLog)
    field.module = module
    fields.append(field)
  }
}
