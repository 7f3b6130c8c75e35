// Kernel logs. Nearly every symbol in them is an offset token (see OffsetTokens), whatever the
// architecture: what differs is what stands around it (`RIP: 0010:`, `pc : `, `epc : `, `NIP [..] `,
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
    .after("workqueue: ", .kernelLog, .name, .text(" hogged CPU")),
    // kernel/kcsan/report.c: print_report
    .after("data-race in ", .kernelLog, .name, .text(" / "), .name, .end),
    .after("data-race in ", .kernelLog, .name, .end),
    // kernel/livepatch/core.c
    .after("symbol '", .kernelLog, .name, .text("' not found in symbol table")),
    .after("symbol '", .kernelLog, .name, .text("' in object '")),
    .after("location for function '", .kernelLog, .name, .text("'")),
    .after("handler for function '", .kernelLog, .name, .text("'")),
    .after("filter for function '", .kernelLog, .name, .text("'")),
    // arch/arm/kernel/traps.c: dump_backtrace_entry, up to 5.14
    .after("] (", .kernelLog, .name, .text(") from [<")),
  ]
}

/// `NAME [module] from SYMBOL+0xOFF/0xSIZE`: call traces of 32-bit Arm since 5.15.
///
/// - Note: arch/arm/kernel/traps.c, `dump_backtrace_entry`.
enum ArmCallers {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    guard let from = line.find(" from ", from: 0) else { return }
    let (nameEnd, module) = line.nameEnd(beforeModuleAt: from)
    guard let start = line.nameStart(before: nameEnd, floor: 0),
      start == 0 || line[start &- 1].isBlank || line[start &- 1] == 0x6d
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
