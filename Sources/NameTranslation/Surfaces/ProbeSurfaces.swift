// Probes and livepatches: what is written to the kernel by name.

extension Surface {
  static let probePatterns: [LinePattern] = [
    // kprobe_events, dynamic_events: `p:group/event module:name+0x10 argument=…`
    .line(.probes, .text("p:"), .word, .text(" "), .maybeOwner, .name, .offset),
    .line(.probes, weak: true, .text("p "), .maybeOwner, .name, .offset, .wordEnd),
    .line(.probes, .oneOf("rf"), .text(":"), .word, .text(" "), .maybeOwner, .name, .offset),
    .line(.probes, .text("r"), .number, .text(":"), .word, .text(" "), .maybeOwner, .name, .offset),
    .line(.probes, weak: true, .text("r "), .maybeOwner, .name, .offset, .wordEnd),
    // error_log
    .after("Command: p:", .probes, .word, .text(" "), .maybeOwner, .name, .offset),
    .after("Command: r:", .probes, .word, .text(" "), .maybeOwner, .name, .offset),
    .after("Command: p ", .probes, .maybeOwner, .name, .offset, .wordEnd),
    .after("Command: r ", .probes, .maybeOwner, .name, .offset, .wordEnd),
  ]

  static let livepatchPatterns: [LinePattern] = [
    // /sys/kernel/livepatch/PATCH/OBJECT/NAME,POSITION
    .after(
      "/livepatch/", .livepatch, .until(0x2f), .text("/"), .until(0x2f), .text("/"), .name,
      .text(","), .number), .line(.livepatch, weak: true, .name, .text(","), .number, .end),
    // `.klp.sym.OBJECT.NAME,POSITION`, `.klp.rela.OBJECT..text.NAME`
    .after(".klp.sym.", .livepatch, .until(0x2e), .text("."), .name, .text(","), .number),
    .after(".klp.rela.", .livepatch, .until(0x2e), .text("."), .sectionName),
  ]

  /// available_filter_functions, set_ftrace_filter, and any list of names: only words that look like
  /// symbols, unless the reader says that all lines are names.
  static let nameListPatterns: [LinePattern] = [
    .line(.nameList, weak: true, .maybeBlank, .name, .module, .end),
    // available_filter_functions_addrs (kernel/trace/ftrace.c, t_show; 6.5 and later)
    .line(.nameList, weak: true, .address, .text(" "), .name, .module, .end),
    // /sys/kernel/debug/error_injection/list: the kind of error after a tab
    .line(.nameList, weak: true, .name, .module, .text("\tE")),
  ]
}
