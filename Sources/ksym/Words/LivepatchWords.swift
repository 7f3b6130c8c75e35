internal import Livepatching

extension LivepatchAdvice {
  /// The advice in one line, without its full stop.
  var words: String {
    switch code {
    case .notALivepatch:
      return "this is not a livepatch: no livepatch= in modinfo, and nothing that it would patch"
    case .assembledAtRuntime:
      return "what it patches is not in the file: the module assembles it when it runs"
    case .notMarked: return "modinfo lacks livepatch=Y"
    case .objectNamedVmlinux:
      return "object 'vmlinux' is taken for a module with that name: vmlinux has no name (NULL)"
    case .objectNamedWithDash:
      return "object '\(owner)': modules are loaded with _ for -, so this one never is"
    case .objectNotLoaded:
      return "module \(owner) is not loaded; the kernel will resolve its functions when it loads "
        + "(--with loads it first)"
    case .kernelSymbolsNeeded:
      return
        "what it names cannot be looked up: the kernel was given without its symbols (pass its image, "
        + "such as vmlinuz, or its System.map with -k)"
    case .notRead: return "left out: \(omission?.words ?? "?")"
    default: return functionWords ?? positionWords ?? missingWords
    }
  }

  private var owner: String { object ?? "?" }

  private var name: String { symbol ?? "?" }

  /// The name with its position, as sysfs shows them.
  private var title: String { "\(name),\(max(1, position ?? 1))" }

  private var functionWords: String? {
    let place = object == "vmlinux" ? "" : " in \(owner)"
    let others = positions.isEmpty ? "" : "; position \(positionList) has one"
    switch code {
    case .noFentrySite:
      let reason =
        object == "vmlinux" ? " (notrace, or its directory is built without function tracing)" : ""
      return "\(name)\(place): has no fentry site, so ftrace cannot patch it\(reason)\(others)"
    case .initCode:
      return "\(name): is init code, which the kernel frees once it has started\(others)"
    case .sizeDiffers:
      return
        "\(title): the new function has \(newSize ?? 0) bytes, this one \(size ?? 0); position "
        + "\(positionList) is closer: is the position right?"
    case .clonesRemain:
      return "\(name): \(nameList) stay as they are: the compiler made them from it, and their "
        + "callers do not come through it"
    case .coldPartReplaced: return "\(name): \(nameList) is part of it, and is replaced with it"
    default: return nil
    }
  }

  private var positionWords: String? {
    switch code {
    case .oneOfSeveral:
      return "\(title): one of \(count ?? 0); a wrong position applies without a word: "
        + candidateList
    case .positionNeeded: return "\(name): give a position: \(candidateList)"
    case .noSuchPosition:
      return count == 1
        ? "\(name): there is one, so the position is 0: \(candidateList)"
        : "\(name): there are \(count ?? 0): \(candidateList)"
    case .initNamesake:
      return
        "\(title): \(owner) has another \(name) in its init code, which is freed: the position "
        + "means another symbol if the livepatch is there before the module"
    case .fileNotPatched:
      return
        "\(title): is in \(file ?? "?"), where nothing is patched; position \(positionList) is "
        + "in a file that is patched: is the position right?"
    case .farFromPatched:
      return
        "\(title): position \(positionList) lies next to what is patched, this one far from it: "
        + "is the position right?"
    default: return nil
    }
  }

  private var missingWords: String {
    switch code {
    case .ownerNotLoaded: return "\(name): module \(owner) is not loaded, so nothing is found in it"
    case .notInModule: return "\(name): \(file ?? owner) has no such symbol"
    case .variantsInModule: return "\(name): not in \(owner); there are \(nameList)"
    case .hashNotUsed: return "\(name): the kernel has \(nameList), without a hash"
    case .hashNeverFound:
      return "\(name): this release never finds a name with .llvm.; give \(nameList)"
    case .hashNeeded:
      return "\(name): this release compares whole names; the kernel has \(nameList)"
    case .hashChanged:
      return "\(name): only the hash changed, and maybe the function with it; the kernel has "
        + nameList
    case .onlyVariants:
      return "\(name): the compiler left only \(nameList), with other arguments or a part of it"
    case .notInKernel: return "\(name): not in this kernel: inlined, renamed or not configured"
    default: return code.rawValue
    }
  }

  private var positionList: String { positions.map(String.init).joined(separator: ", ") }

  private var nameList: String {
    names.joined(separator: ", ") + (omitted > 0 ? " and \(omitted) more" : "")
  }

  private var candidateList: String {
    let more = omitted > 0 ? ["\(omitted) more"] : []
    return (candidates.map(\.words) + more).joined(separator: "; ")
  }
}

extension LivepatchAdvice.Candidate {
  fileprivate var words: String {
    var parts = [place ?? address.map { hexadecimal($0) } ?? "?"]
    if let size { parts.append("\(size) bytes") }
    parts += [file, name].compactMap { $0 }
    return "\(position) is \(parts.joined(separator: ", "))"
  }
}

extension LivepatchFinding.Status {
  /// The status in a few words.
  var words: String {
    switch self {
    case .found: "found"
    case .missing: "not found"
    case .ambiguous: "ambiguous"
    case .noPosition: "no such position"
    case .malformed: "malformed name"
    case .unmarked: "not marked as a livepatch's"
    case .forbidden: "not allowed there"
    case .waiting: "its module is not loaded"
    case .unknown: "not known"
    }
  }
}

extension Livepatch.Omission {
  fileprivate var words: String {
    switch code {
    case .overlappingSections: "relocation sections that overlap"
    case .longNames: "symbols with very long names"
    case .functions: "functions beyond \(count ?? 0)"
    case .objects: "objects beyond \(count ?? 0)"
    default: code.rawValue
    }
  }
}
