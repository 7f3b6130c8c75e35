extension MarkupWriter {
  /// Writes a page of HTML that needs no other file and runs no script.
  static func page(title: String, _ writeBody: (inout MarkupWriter) -> Void) -> [UInt8] {
    var page = MarkupWriter()
    page.doctype()
    page.element("html", ["lang": "en"]) { page in
      page.element("head") { page in
        page.empty("meta", ["charset": "utf-8"])
        page.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        page.empty("meta", ["name": "color-scheme", "content": "light dark"])
        page.element("title", text: title)
        page.style(rules)
      }
      page.element("body") { page in page.element("main") { writeBody(&$0) } }
    }
    return page.bytes
  }

  /// The style sheet: one column on a telephone, two where there is room; light and dark.
  private static let rules: StaticString = """
    :root { color-scheme: light dark; --ink: #1d2327; --paper: #ffffff; --faint: #5c6870;
      --line: #d5dbdf; --bar: #2f6f9f; --track: #eef1f3; --mark: #b3261e; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e3e7ea; --paper: #14181b; --faint: #9aa6ae; --line: #374147; --bar: #6fb1e0;
        --track: #22292e; --mark: #ff8a80; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
    h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; }
    p { margin: 0.5rem 0; max-width: 44rem; }
    code { font: 0.85em ui-monospace, monospace; }
    code, .sources, small { overflow-wrap: anywhere; }
    small, .sources, figcaption, th { color: var(--faint); }
    small { display: block; font-size: 0.8rem; }
    .number { font-variant-numeric: tabular-nums; text-align: right; }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
      gap: 0.75rem; margin: 1.5rem 0 1rem; }
    .figures div { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.6rem 0.8rem;
      display: flex; flex-direction: column-reverse; justify-content: flex-end; }
    dt { color: var(--faint); font-size: 0.85rem; line-height: 1.3; }
    dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
    figure { margin: 1.25rem 0 1.5rem; }
    figcaption { font-size: 0.85rem; margin-bottom: 0.75rem; max-width: 44rem; }
    .plot { position: relative; height: 17rem; margin-left: 3.2rem;
      border-bottom: 1px solid var(--faint); }
    .plot .area { position: absolute; inset: 2.5rem 0 0 0; }
    .plot svg { position: absolute; inset: 0; width: 100%; height: 100%; }
    .plot rect { fill: var(--bar); }
    .plot .line { position: absolute; left: 0; right: 0; height: 0;
      border-top: 1px solid var(--line); }
    .plot .line span { position: absolute; right: 100%; margin-right: 0.4rem; top: -0.6rem;
      font-size: 0.75rem; line-height: 1.2rem; color: var(--faint); }
    .plot .limit { position: absolute; top: 0; bottom: 0; width: 0;
      border-left: 1px dashed var(--mark); }
    .plot .limit span { position: absolute; left: 0.3rem; top: -0.1rem; font-size: 0.75rem;
      line-height: 1.2rem; color: var(--mark); background: var(--paper); padding-right: 0.3rem;
      white-space: nowrap; z-index: 1; }
    .plot .limit .lower { top: 1rem; }
    .plot .limit.left span { left: auto; right: 0.3rem; }
    .axis { position: relative; height: 1.5rem; margin-left: 3.2rem; }
    .axis span { position: absolute; transform: translateX(-50%); font-size: 0.75rem;
      color: var(--faint); padding-top: 0.2rem; }
    .bars { max-width: 44rem; }
    .bar { display: grid; grid-template-columns: 1fr auto; column-gap: 1rem; align-items: baseline;
      margin-bottom: 0.5rem; }
    .bar .track { grid-column: 1 / -1; margin-top: 0.2rem; background: var(--track); height: 0.6rem;
      border-radius: 0.2rem; overflow: hidden; }
    .bar .track div { background: var(--bar); height: 100%; }
    table { border-collapse: collapse; width: 100%; max-width: 52rem; }
    th { font-size: 0.85rem; font-weight: 500; text-align: left; vertical-align: bottom; }
    th.number { text-align: right; }
    th, td { padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
    td { vertical-align: top; }
    td.number + td, th.number + th { padding-left: 0.5rem; }
    th:last-child, td:last-child { padding-right: 0; }
    .exceeded td.number:last-child { color: var(--mark); }
    .wide { overflow-x: auto; }
    .wide td { overflow-wrap: anywhere; min-width: 6rem; font-size: 0.85rem; }
    pre { overflow-x: auto; font: 0.8rem/1.4 ui-monospace, monospace; background: var(--track);
      padding: 0.5rem; border-radius: 0.3rem; }
    summary { cursor: pointer; }
    .names { list-style: none; padding: 0; margin: 0.5rem 0; }
    .names li { display: grid; grid-template-columns: 3rem 1fr; column-gap: 0.75rem;
      margin-bottom: 0.4rem; }
    .names small { grid-column: 2; }

    """
}
