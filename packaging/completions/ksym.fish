function __ksym_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __ksym_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __ksym_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __ksym_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __ksym_parse_tokens -S
    set -l unparsed_tokens (__ksym_tokens -pc)
    switch $unparsed_tokens[1]
    case 'ksym'
        __ksym_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'check'
            __ksym_parse_subcommand -r 1 'k/kernel=+' 'config=' 'assume=+' 'with=+' 'no-deps' 'j/jobs=' 'ignore-modversions' 'ignore-vermagic' 'compressed-file' 'blacklist=' 'explain=+' 'all' 'all-symbols' 'format=' 'efivars=' 'keys=+' 'secure-boot=' 'lockdown=' 'sig-enforce' 'no-signatures' 'no-btf' 'json' 'q/quiet' 'color=' 'no-demangle' 'max-size=' 'v/verbose' 'out-of-tree' 'only-refused' 'same-as=' 'version' 'h/help'
        case 'compare'
            __ksym_parse_subcommand -r 1 'r/rules=' 'list=+' 'convert-rules' 'unused-rules' 'convert-list=' 'check-list' 'protected=+' 'html=' 'explain=+' 'format=' 'top=' 'json' 'q/quiet' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'deps'
            __ksym_parse_subcommand -r 1 'style=' 'provides' 'requires' 'k/kernel=+' 'flavour=' 'strict' 'max-size=' 'version' 'h/help'
        case 'gate'
            __ksym_parse_subcommand -r 1 'root=' 'kernel=+' 'group=' 'apply' 'json' 'color=' 'j/jobs=' 'max-size=' 'version' 'h/help'
        case 'versions'
            __ksym_parse_subcommand -r 1 'format=' 'names=+' 'json' 'q/quiet' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'version' 'h/help'
        case 'exports'
            __ksym_parse_subcommand -r 1 'format=' 'no-kernel' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'k/kernel=+' 'version' 'h/help'
        case 'kernel'
            __ksym_parse_subcommand -r 1 'show-config' 'show-certificates' 'json' 'color=' 'max-size=' 'v/verbose' 'k/kernel=+' 'version' 'h/help'
        case 'symbols'
            __ksym_parse_subcommand -r 1 'format=' 'name=+' 'type=' 'range=' 'module=' 'as-kernel' 'o/output=' 'to=' 'no-contents' 'unwind' 'install=' 'kaslr=' 'modules=+' 'with-modules' 'j/jobs=' 'loaded=' 'json' 'no-demangle' 'max-size=' 'v/verbose' 'k/kernel=+' 'version' 'h/help'
        case 'lookup'
            __ksym_parse_subcommand -r 1 'k/kernel=+' 'era=' 'lto' 'no-lto' 'cfi' 'l/long' 'for=' 'type=' 'names=+' 'kaslr=' 'modules=+' 'with-modules' 'j/jobs=' 'json' 'q/quiet' 'color=' 'no-demangle' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'names'
            __ksym_parse_subcommand -r 1 'html=' 'top=' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'k/kernel=+' 'version' 'h/help'
        case 'table'
            __ksym_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'build'
                __ksym_parse_subcommand -r 1 'o/output=' 'memory=' 'j/jobs=' 'max-size=' 'v/verbose' 'k/kernel=+' 'version' 'h/help'
            case 'merge'
                __ksym_parse_subcommand -r 1 'o/output=' 'memory=' 'v/verbose' 'version' 'h/help'
            case 'show'
                __ksym_parse_subcommand -r 1 't/table=+' 'json' 'color=' 'no-demangle' 'version' 'h/help'
            case 'check'
                __ksym_parse_subcommand -r 1 'json' 'version' 'h/help'
            end
        case 'kallsyms'
            __ksym_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'decode'
                __ksym_parse_subcommand 1 'json' 'max-size=' 'v/verbose' 'version' 'h/help'
            case 'encode'
                __ksym_parse_subcommand 1 'all-symbols' 'pc-relative' 'base-relative' 'absolute-percpu' 'release=' 'max-size=' 'version' 'h/help'
            end
        case 'livepatch'
            __ksym_parse_subcommand -r 1 'k/kernel=+' 'config=' 'assume=+' 'with=+' 'no-deps' 'j/jobs=' 'era=' 'efivars=' 'keys=+' 'secure-boot=' 'lockdown=' 'sig-enforce' 'no-signatures' 'no-btf' 'json' 'q/quiet' 'color=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'signature'
            __ksym_parse_subcommand -r 1 'k/kernel=+' 'keys=+' 'json' 'color=' 'j/jobs=' 'max-size=' 'version' 'h/help'
        case 'convert'
            __ksym_parse_subcommand -r 1 'to=' 'drop-unrepresentable' 'crcs=' 'only=+' 'add-missing' 'prune' 'drop-signature' 'sign=+' 'hash=' 'signature-from=' 'symvers=+' 'basic' 'extended' 'like=' 'o/output=' 'in-place' 'suffix=' 'json' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'translate'
            __ksym_parse_subcommand -r 1 'to=' 'k/kernel=+' 'names=+' 'ambiguous=' 'keep-linkage' 'bare' 'verify' 'addresses' 'source' 'kaslr=' 'lines' 'json' 'color=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'types'
            __ksym_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'versions'
                __ksym_parse_subcommand -r 1 'format=' 'list=' 'exported' 'stable' 'T/symtypes=' 'json' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
            case 'show'
                __ksym_parse_subcommand -r 1 'k/kernel=+' 'path=' 'depth=' 'json' 'max-size=' 'version' 'h/help'
            case 'explain'
                __ksym_parse_subcommand -r 1 'old=' 'new=' 'stable' 'json' 'color=' 'max-size=' 'version' 'h/help'
            case 'crc'
                __ksym_parse_subcommand -r 1 'verify=' 'json' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
            end
        case 'help'
            __ksym_parse_subcommand -r 1 'version'
        end
    end
end

function __ksym_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __ksym_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __ksym_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __ksym_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__ksym_tokens -p)
    if test -z "$(__ksym_tokens -t)"
        set -l index (count (__ksym_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'ksym' -f
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'check' -d 'Say whether a kernel would load a module, and if not, why.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'compare' -d 'Show what a kernel update changes for modules: exports, versions, types, owners.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'deps' -d 'Write what packages of kernels and modules provide and require, symbol by symbol.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'gate' -d 'Decide which kernels take external modules that were built for another kernel.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'versions' -d 'Show the symbol versions a module requires, from every layout.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'exports' -d 'Show what kernels and modules export: Module.symvers from binaries.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'kernel' -d 'Say what a kernel is: container, release, build ID, configuration, versions.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'symbols' -d 'Print the symbol table of any kernel, in the formats other tools read.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'lookup' -d 'Find symbols by name, readable name, pattern, digest or address.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'names' -d 'Audit names: limits, suffixes, duplicates.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'table' -d 'Build, merge and query name tables: hash to name and back, for many kernels.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'kallsyms' -d 'Decode and encode the kernel\'s symbol tables themselves.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'livepatch' -d 'Resolve and check every symbol that a livepatch names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'signature' -d 'Show who signed a module, and whether the signature is good.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'convert' -d 'Rewrite the version tables of modules, between layouts and for other kernels.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'translate' -d 'Rewrite symbol names in any text: mangled to readable, and back.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'types' -d 'Show where the version of a symbol comes from: its types.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -s 'k' -l 'kernel' -d 'The kernel (repeatable; default: running): a vmlinux, vmlinuz or bzImage, a Module.symvers, a directory (/lib/modules/RELEASE, a build tree, an unpacked package), a release, build-id:HEX, or running.' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" config' -l 'config' -d 'The kernel\'s configuration (default: embedded in the kernel, or beside it).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -l 'assume' -d 'State what cannot be read: missing-version=refuse|accept, release=…, vermagic=…, struct-module-size=…; of the machine secure-boot=on|off, lockdown=…, lsm=lockdown|default, sig-enforce=on|off, fips=on|off, signer=enrolled|unknown, btf=fits|differs, ima=appraise|off, syscall=finit_module|init_module; or an option such as MODULE_FORCE_LOAD=y.' -rfka 'missing-version=refuse missing-version=accept release= vermagic= struct-module-size= secure-boot=on secure-boot=off lockdown=none lockdown=integrity lockdown=confidentiality lsm=lockdown lsm=default sig-enforce=on sig-enforce=off fips=on signer=enrolled signer=unknown btf=fits btf=differs ima=appraise ima=off syscall=finit_module syscall=init_module'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -l 'with' -d 'A module, or all of a directory or an archive, loaded before (repeatable, in order).' -rfa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" no-deps' -l 'no-deps' -d 'Do not take modules of the kernel\'s tree as loaded.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" ignore-modversions' -l 'ignore-modversions' -d 'As modprobe --force-modversion (finit_module flag 1).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" ignore-vermagic' -l 'ignore-vermagic' -d 'As modprobe --force-vermagic (finit_module flag 2).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" compressed-file' -l 'compressed-file' -d 'The kernel unpacks the modules itself (finit_module flag 4), as with kmod 31 and later.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" blacklist' -l 'blacklist' -d 'Names of the boot option module_blacklist=, separated by commas.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -l 'explain' -d 'Types of the kernel that the modules were built for: show which types make versions differ. Given again, those of the kernel checked (default: its debug information).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" all' -l 'all' -d 'Go on past the first refusal: report every symbol that differs, and what depmod says falsely.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" all-symbols' -l 'all-symbols' -d 'Report every needed symbol, not only problems.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" format' -l 'format' -d 'Output format: lines, or an annotation for each module that does not load, with the table in the summary of a job\'s step.' -rfka 'text github'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" efivars' -l 'efivars' -d 'The machine\'s EFI variables, as in /sys/firmware/efi/efivars, or a copy: its keys, Secure Boot.' -rfa '(__ksym_complete_directories)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -l 'keys' -d 'Certificates that count as enrolled (DER, PEM, mok.pub, an EFI signature list).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" secure-boot' -l 'secure-boot' -d 'Whether Secure Boot is on, whatever the variables say.' -rfka 'on off'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" lockdown' -l 'lockdown' -d 'The kernel\'s lockdown (boot option lockdown=).' -rfka 'none integrity confidentiality'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" sig-enforce' -l 'sig-enforce' -d 'Signatures are enforced (boot option module.sig_enforce).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" no-signatures' -l 'no-signatures' -d 'Leave signatures out, and list that.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" no-btf' -l 'no-btf' -d 'Leave the types of modules (BTF) out, and list that.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" q quiet' -s 'q' -l 'quiet' -d 'Print no answer: the exit status gives it, and standard error what is wrong.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" out-of-tree' -l 'out-of-tree' -d 'Check all modules of the kernel\'s tree outside of kernel/: updates (dkms), extra, weak-updates, misc.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" only-refused' -l 'only-refused' -d 'Show only modules that do not load; nothing at all if every module loads.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" same-as' -l 'same-as' -d 'Report also which modules are not those of the same names in a directory, a package or an initramfs, after unpacking.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym check" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" r rules' -s 'r' -l 'rules' -d 'Rules that excuse changes, in any form.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare"' -l 'list' -d 'Look only at the symbols of this list (repeatable: any of them counts).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" convert-rules' -l 'convert-rules' -d 'Print the rules as severities of suse-kabi-tools, and compare nothing.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" unused-rules' -l 'unused-rules' -d 'Report rules that decide about no export of either kernel.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" convert-list' -l 'convert-list' -d 'Print the lists as one in Android\'s order, with what tracepoints need, and compare nothing.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" check-list' -l 'check-list' -d 'Check the lists against one kernel, and against what its vendor modules need.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare"' -l 'protected' -d 'With --check-list: symbols that vendor modules must not export.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" html' -l 'html' -d 'Write the comparison as one page of HTML.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'html\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare"' -l 'explain' -d 'Types of the old kernel, then of the new one: explain changed versions.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" format' -l 'format' -d 'Output format: text, json, or one of those of suse-kabi-tools.' -rfka 'text json ksymvers ksymvers:null ksymvers:pretty ksymvers:short ksymvers:symbols ksymvers:mod-symbols'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" top' -l 'top' -d 'List at most this many names of a kind.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" q quiet' -s 'q' -l 'quiet' -d 'Print no answer: the exit status gives it, and standard error what is wrong.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym compare" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym compare" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" style' -l 'style' -d 'Whose form the dependencies have.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" provides' -l 'provides' -d 'Write what the files provide.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" requires' -l 'requires' -d 'Write what the files require.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps"' -s 'k' -l 'kernel' -d 'The kernel that the modules were built for (one only).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" flavour' -l 'flavour' -d 'Flavour in SUSE\'s form (default: the end of the release).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" strict' -l 'strict' -d 'End with status 1 if a module has no versions, or an export the version 0.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym deps" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym deps" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" root' -l 'root' -d 'The root file system.' -rfa '(__ksym_complete_directories)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate"' -l 'kernel' -d 'Ask only this kernel (repeatable).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" group' -l 'group' -d 'What a refused module keeps from being linked on its kernel: only those that need it, those it needs too, or all.' -rfka 'none deps all'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" apply' -l 'apply' -d 'Make the links.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym gate" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym gate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" format' -l 'format' -d 'Output format.' -rfka 'table modprobe symvers json'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions"' -l 'names' -d 'Known names, to find a name by its digest or form (repeatable): a name table, Module.symvers, System.map, nm output or a list.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" q quiet' -s 'q' -l 'quiet' -d 'Print no answer: the exit status gives it, and standard error what is wrong.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym versions" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" format' -l 'format' -d 'Output format.' -rfka 'table symvers json'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" no-kernel' -l 'no-kernel' -d 'Leave out the kernel images of directories.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports"' -s 'k' -l 'kernel' -d 'A kernel or file, as the arguments are (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym exports" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" show-config' -l 'show-config' -d 'Print the kernel\'s configuration, and nothing else.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" show-certificates' -l 'show-certificates' -d 'Print the certificates that are built into the kernel (PEM), and nothing else.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel"' -s 'k' -l 'kernel' -d 'A kernel or file, as the arguments are (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kernel" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" format' -l 'format' -d 'Output format.' -rfka 'nm kallsyms json elf system-map'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols"' -l 'name' -d 'Only names that fit (repeatable).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" type' -l 'type' -d 'Only these type letters, such as Tt.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" range' -l 'range' -d 'Only addresses from the first up to the second.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" module' -l 'module' -d 'Only this module\'s symbols, or vmlinux.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" as-kernel' -l 'as-kernel' -d 'Type letters as /proc/kallsyms of 6.1 to 6.18 prints them, wrong for long names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" o output' -s 'o' -l 'output' -d 'File to write; - is standard output.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" to' -l 'to' -d 'Form of the names (both: elf only; not json).' -rfka 'linkage source readable both'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" no-contents' -l 'no-contents' -d 'Leave out the contents of sections (elf only); notes are kept.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" unwind' -l 'unwind' -d 'Add call frame information made from the kernel\'s ORC tables (elf only, x86-64): debuggers then show whole backtraces.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" install' -l 'install' -d 'Write the file where debuggers look for it by its build ID: .build-id/xx/rest.debug in this directory, or /usr/lib/debug (elf only).' -rfa '(__ksym_complete_directories)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" kaslr' -l 'kaslr' -d 'Addresses of a kernel that KASLR moved: keep those of the running kernel, or undo the move; the offset is read from the dump or list, or given here (0x…). Addresses of an image were not moved: 0x… is then that of the addresses to look up.' -rfka 'keep undo'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols"' -l 'modules' -d 'Add the symbols of these modules, or of all below a directory.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" with-modules' -l 'with-modules' -d 'Add the symbols of all modules that belong to it.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" loaded' -l 'loaded' -d 'Add the symbols of the modules that this list has loaded: /proc/kallsyms or a copy, with /proc/modules beside it, or a dump.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols"' -s 'k' -l 'kernel' -d 'A kernel or file, as the arguments are (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym symbols" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup"' -s 'k' -l 'kernel' -d 'A kernel image, a memory dump, System.map, nm output, /proc/kallsyms, a module, a release, or running (repeatable; default: running).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" era' -l 'era' -d 'Answer names as this release does, or own.' -rfka 'own'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" lto' -l 'lto' -d 'With --era: whether the kernel was built by Clang with ThinLTO.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" no-lto' -l 'no-lto' -d 'With --era: whether the kernel was built by Clang with ThinLTO.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" cfi' -l 'cfi' -d 'With --era: and with CFI (matters for 5.13 to 5.15).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" l long' -l 'long' -s 'l' -d 'Show everything known of each symbol, a line each.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" for' -l 'for' -d 'Print how an interface takes the symbol, or all of them.' -rfka 'kprobe ftrace perf bpftrace livepatch gdb crash modversions all'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" type' -l 'type' -d 'Only symbols with these type letters, such as Tt.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup"' -l 'names' -d 'Known names, to find a name by its digest or form (repeatable): a name table, Module.symvers, System.map, nm output or a list.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" kaslr' -l 'kaslr' -d 'Addresses of a kernel that KASLR moved: keep those of the running kernel, or undo the move; the offset is read from the dump or list, or given here (0x…). Addresses of an image were not moved: 0x… is then that of the addresses to look up.' -rfka 'keep undo'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup"' -l 'modules' -d 'Add the symbols of these modules, or of all below a directory.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" with-modules' -l 'with-modules' -d 'Add the symbols of all modules that belong to it.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" q quiet' -s 'q' -l 'quiet' -d 'Print no answer: the exit status gives it, and standard error what is wrong.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" html' -l 'html' -d 'Write a page with the charts to this file: HTML that needs no other file.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'html\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" top' -l 'top' -d 'List at most this many names of a kind.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names"' -s 'k' -l 'kernel' -d 'A kernel or file, as the arguments are (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym names" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym names" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table" -eq 1' -fa 'build' -d 'Make a name table of kernels, modules and Module.symvers.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table" -eq 1' -fa 'merge' -d 'Make one name table of several.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table" -eq 1' -fa 'show' -d 'Find names in tables: by digest, linkage, source or readable name.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table" -eq 1' -fa 'check' -d 'Check name tables: every checksum, order, reference and digest.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" o output' -s 'o' -l 'output' -d 'The table to make or replace; - for standard output.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" memory' -l 'memory' -d 'Memory for sorting, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build"' -s 'k' -l 'kernel' -d 'A kernel or file, as the arguments are (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table build" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table build" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table merge" o output' -s 'o' -l 'output' -d 'The table to make or replace; - for standard output.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table merge" memory' -l 'memory' -d 'Memory for sorting, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table merge" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table merge" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table merge" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table merge" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table show"' -s 't' -l 'table' -l 'names' -d 'A name table to search (repeatable).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table show" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table show" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table show" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table show" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table check" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym table check" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table check" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym table check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms" -eq 1' -fa 'decode' -d 'Show where the tables lie in a kernel image, and how they are laid out.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms" -eq 1' -fa 'encode' -d 'Write the assembly text of the tables, as the kernel\'s scripts/kallsyms does.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms decode" -eq 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" all-symbols' -l 'all-symbols' -d 'All symbols, not only functions.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" pc-relative' -l 'pc-relative' -d 'Offsets from _text instead of addresses (7.0 and later).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" base-relative' -l 'base-relative' -d 'Offsets from a base (implied for 6.12 to 6.19).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" absolute-percpu' -l 'absolute-percpu' -d 'Per-CPU symbols are absolute (6.14 and before).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" release' -l 'release' -d 'The release to write as, 6.12 or later.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms encode" -eq 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch"' -s 'k' -l 'kernel' -d 'The kernel (repeatable; default: running): a vmlinux, vmlinuz or bzImage, a Module.symvers, a directory (/lib/modules/RELEASE, a build tree, an unpacked package), a release, build-id:HEX, or running.' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" config' -l 'config' -d 'The kernel\'s configuration (default: embedded in the kernel, or beside it).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch"' -l 'assume' -d 'State what cannot be read: missing-version=refuse|accept, release=…, vermagic=…, struct-module-size=…; of the machine secure-boot=on|off, lockdown=…, lsm=lockdown|default, sig-enforce=on|off, fips=on|off, signer=enrolled|unknown, btf=fits|differs, ima=appraise|off, syscall=finit_module|init_module; or an option such as MODULE_FORCE_LOAD=y.' -rfka 'missing-version=refuse missing-version=accept release= vermagic= struct-module-size= secure-boot=on secure-boot=off lockdown=none lockdown=integrity lockdown=confidentiality lsm=lockdown lsm=default sig-enforce=on sig-enforce=off fips=on signer=enrolled signer=unknown btf=fits btf=differs ima=appraise ima=off syscall=finit_module syscall=init_module'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch"' -l 'with' -d 'A module, or all of a directory or an archive, loaded before (repeatable, in order).' -rfa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" no-deps' -l 'no-deps' -d 'Do not take modules of the kernel\'s tree as loaded.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" era' -l 'era' -d 'Match names as the livepatch core of this release.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" efivars' -l 'efivars' -d 'The machine\'s EFI variables, as in /sys/firmware/efi/efivars, or a copy: its keys, Secure Boot.' -rfa '(__ksym_complete_directories)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch"' -l 'keys' -d 'Certificates that count as enrolled (DER, PEM, mok.pub, an EFI signature list).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" secure-boot' -l 'secure-boot' -d 'Whether Secure Boot is on, whatever the variables say.' -rfka 'on off'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" lockdown' -l 'lockdown' -d 'The kernel\'s lockdown (boot option lockdown=).' -rfka 'none integrity confidentiality'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" sig-enforce' -l 'sig-enforce' -d 'Signatures are enforced (boot option module.sig_enforce).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" no-signatures' -l 'no-signatures' -d 'Leave signatures out, and list that.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" no-btf' -l 'no-btf' -d 'Leave the types of modules (BTF) out, and list that.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" q quiet' -s 'q' -l 'quiet' -d 'Print no answer: the exit status gives it, and standard error what is wrong.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym livepatch" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym livepatch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature"' -s 'k' -l 'kernel' -d 'A kernel whose built-in certificates count (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature"' -l 'keys' -d 'Certificates that count (DER, PEM, mok.pub, an EFI signature list).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym signature" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym signature" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" to' -l 'to' -d 'What to make.' -rfka 'basic extended both packed hashed none mod.c mod.o'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" drop-unrepresentable' -l 'drop-unrepresentable' -d 'Leave out names that do not fit, and say what kernels do then.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" crcs' -l 'crcs' -d 'Put in the CRCs of this kernel, or of this Module.symvers.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert"' -l 'only' -d 'Change these symbols only.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" add-missing' -l 'add-missing' -d 'Add versions of needed symbols that have none.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" prune' -l 'prune' -d 'Remove versions of symbols that the module does not need.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" drop-signature' -l 'drop-signature' -d 'Take the signature off a signed module.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert"' -l 'sign' -d 'Sign as the kernel\'s sign-file does: private key (PEM) and certificate (PEM or DER). KBUILD_SIGN_PIN may hold the key\'s passphrase.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" hash' -l 'hash' -d 'Digest to sign; without it that of the old signature, or sha256.' -rfka 'sha1 sha224 sha256 sha384 sha512 sha3-256 sha3-384 sha3-512'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" signature-from' -l 'signature-from' -d 'Put this module\'s signature back, if it signs the result.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert"' -l 'symvers' -d 'Module.symvers files with what the module may use (for mod.c and mod.o).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" basic' -l 'basic' -d 'Write the basic table (for mod.c and mod.o).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" extended' -l 'extended' -d 'Write the extended table (for mod.c and mod.o).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" like' -l 'like' -d 'A module of the same kernel, to take the layout of struct module from (for mod.o).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" o output' -s 'o' -l 'output' -d 'Write to this file (- for standard output), or into this directory.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" in-place' -l 'in-place' -d 'Replace the modules themselves.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" suffix' -l 'suffix' -d 'Write beside each module, with this added to its name.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym convert" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym convert" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" to' -l 'to' -d 'Form to write.' -rfka 'readable source linkage hashed'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate"' -s 'k' -l 'kernel' -d 'A kernel that the text may come from: an image, a directory, System.map, nm output, /proc/kallsyms, a module, build-id:HEX, running, or auto: the one that the text names (repeatable).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate"' -l 'names' -d 'Known names, to find a name by its digest or form (repeatable): a name table, Module.symvers, System.map, nm output or a list.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" ambiguous' -l 'ambiguous' -d 'What to do with a name that several symbols have.' -rfka 'keep first all error'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" keep-linkage' -l 'keep-linkage' -d 'Write readable{linkage}, which --to linkage always reads back.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" bare' -l 'bare' -d 'Leave out .isra, .cold and their like too.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" verify' -l 'verify' -d 'Compare sizes, the release and the build ID in the text with the kernel\'s.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" addresses' -l 'addresses' -d 'Write the address after each name+0xOFF, and the name after each address without one.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" source' -l 'source' -d 'Write file and line after each name+0xOFF, from debug information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" kaslr' -l 'kaslr' -d 'How far KASLR moved the kernel of the text, for --addresses (default: what the text says).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" lines' -l 'lines' -d 'Each line is a name, however plain (available_filter_functions).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym translate" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym translate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym types" -eq 1' -fa 'versions' -d 'Compute versions from debug information, as gendwarfksyms does.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym types" -eq 1' -fa 'show' -d 'Show types as they are written in C or Rust, with offsets and sizes.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym types" -eq 1' -fa 'explain' -d 'Show why the version of a symbol changed: the types that differ.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym types" -eq 1' -fa 'crc' -d 'Compute versions from the text of types.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" format' -l 'format' -d 'Output format; symver is that of gendwarfksyms.' -rfka 'table symver json'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" list' -l 'list' -d 'Names of symbols, one a line; - is standard input.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" exported' -l 'exported' -d 'Take what the objects themselves export, not a list.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" stable' -l 'stable' -d 'Apply kABI rules and conventions.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" T symtypes' -s 'T' -l 'symtypes' -d 'Write the texts of all types and symbols to a file.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym types versions" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types versions" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show"' -s 'k' -l 'kernel' -d 'Debug information, BTF or symtypes (one only).' -rFa '(printf "%s\n" running; command ls /lib/modules 2>/dev/null)'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show" path' -l 'path' -d 'Show the shortest way to a type.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show" depth' -l 'depth' -d 'Show also types that are so many references away.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" old' -l 'old' -d 'The side before.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" new' -l 'new' -d 'The side after.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" stable' -l 'stable' -d 'Apply kABI rules and conventions to debug information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" color' -l 'color' -d 'When to use colour; auto means on a terminal.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types explain" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" verify' -l 'verify' -d 'Module.symvers: show only the versions that do not follow from the types.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" json' -l 'json' -d 'Print one JSON object a line (keys: Documentation/JSON.md).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" j jobs' -s 'j' -l 'jobs' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" v verbose' -s 'v' -l 'verbose' -d 'Report on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym types crc" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym types crc" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym help" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__fish_seen_subcommand_from help' -fa 'check compare deps gate versions exports kernel symbols lookup names table kallsyms livepatch signature convert translate types'
