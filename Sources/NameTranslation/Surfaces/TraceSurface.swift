// ftrace: the function and function_graph tracers, stack traces, trace events, filter files.

extension Surface {
  static let ftracePatterns: [LinePattern] = [
    // function_graph: ` 0)   1.234 us    |  name();`, with the module before the parentheses
    .after("| ", .ftrace, .maybeBlank, .name, .module, .text("();")),
    .after("| ", .ftrace, .maybeBlank, .name, .module, .text("() {")),
    // With arguments
    .after("| ", .ftrace, weak: true, .maybeBlank, .name, .module, .text("(")),
    .after("} /* ", .ftrace, .name, .module, .text(" */")),
    .after("} /* ", .ftrace, .name, .module, .text(" = ")),
    .after("}  /* ", .ftrace, .name, .module, .text(" */")),
    // With return values (kernel/trace/trace_functions_graph.c, print_graph_retval)
    .after("} /* ", .ftrace, .name, .module, .text(" ret=")),
    // trace_printk (kernel/trace/trace_output.c, trace_print_print): `comm-12 [001] d..2. 38.28: name: …`
    .after(
      "] ", .ftrace, weak: true, .maybeBlank, .number, .text("."), .number, .text(": "), .name,
      .maybeAddress, .text(": ")),
    .after(
      "] ", .ftrace, weak: true, .word, .blank, .number, .text("."), .number, .text(": "), .name,
      .maybeAddress, .text(": ")),
    // Stack traces: ` => name`, with the option sym-addr ` => name <address>`
    .line(.ftrace, .maybeBlank, .text("=> "), .name, .offset, .module, .maybeAddress, .end),
    .after(" => ", .ftrace, weak: true, .name, .offset, .module, .maybeAddress, .end),
    // The same in the kernel log, as the kernel dies (kernel/trace/trace.c, ftrace_dump)
    .after("]  => ", .ftrace, .name, .offset, .module, .maybeAddress, .end),
    .after("kernel:  => ", .ftrace, .name, .offset, .module, .maybeAddress, .end),
    // trace-cmd report: function and stack
    .after(": function:   ", .ftrace, .maybeBlank, .name, .end),
    .after(": function:   ", .ftrace, .maybeBlank, .name, .text(" <-- "), .name, .end),
    .line(.ftrace, .text("=> "), .name, .text(" ("), .address, .text(")"), .end),
    // Trace events that print a function
    .after("function=", .ftrace, .name, .wordEnd),
    .after("workfn=", .ftrace, .name, .wordEnd),
    // Return probes: `(NAME+0x10/0x20 <- NAME)` (kernel/trace/trace_kprobe.c, print_kretprobe_event)
    .after(" <- ", .ftrace, .name, .maybeAddress, .text(")")),
    // Heads of the latency tracers (kernel/trace/trace.c, print_trace_header)
    .after("=> started at: ", .ftrace, .maybeBlank, .name, .maybeAddress, .end),
    .after("=> ended at: ", .ftrace, .maybeBlank, .name, .maybeAddress, .end),
    // trace_stat/function0 (kernel/trace/ftrace.c, function_stat_show)
    .line(
      .ftrace, .blank, .name, .blank, .number, .blank, .word, .text(" us"), .blank, .word,
      .text(" us")),
    .after(": work struct ", .ftrace, .word, .text(" function "), .name, .wordEnd),
    // enabled_functions
    .line(.ftrace, weak: true, .name, .text(" ("), .number, .text(") ")),
  ]
}

/// `NAME <-NAME`: a function and its caller, of the function tracer. With the options sym-offset and
/// sym-addr, `NAME+0x0/0x10 <ffffffff81000000>`.
///
/// - Note: kernel/trace/trace_output.c, `trace_fn_trace` and `seq_print_ip_sym`.
enum FunctionCalls {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    guard let arrow = line.find(" <-", from: 0) else { return }
    // A module and an address follow either name.
    let (symbolEnd, address) = line.nameEnd(beforeAddressAt: arrow)
    let (end, module) = line.nameEnd(beforeModuleAt: symbolEnd)
    guard let start = line.nameStart(before: end, floor: 0), line.has(": ", at: start &- 2) else {
      return
    }
    let callerEnd = line.nameEnd(from: arrow &+ 3)
    guard callerEnd > arrow &+ 3 else { return }
    var callee = NameField(start..<end, .ftrace, address: address)
    callee.module = module
    var caller = NameField((arrow &+ 3)..<callerEnd, .ftrace)
    let callerModule = line.module(at: callerEnd)
    caller.module = callerModule?.name
    caller.address = line.bracketedAddress(at: callerModule?.end ?? callerEnd)?.value
    fields.append(callee)
    fields.append(caller)
  }
}
