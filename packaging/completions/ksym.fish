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
            __ksym_parse_subcommand -r 1 'k/kernel=' 'config=' 'assume=+' 'with=+' 'no-deps' 'ignore-modversions' 'ignore-vermagic' 'blacklist=' 'all-symbols' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'versions'
            __ksym_parse_subcommand -r 1 'format=' 'names=+' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'exports'
            __ksym_parse_subcommand -r 1 'format=' 'no-kernel' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'kernel'
            __ksym_parse_subcommand -r 1 'config' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'symbols'
            __ksym_parse_subcommand 1 'format=' 'name=+' 'type=' 'range=' 'module=' 'as-kernel' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'lookup'
            __ksym_parse_subcommand -r 1 'k/kernel=' 'era=' 'lto' 'cfi' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
        case 'kallsyms'
            __ksym_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'decode'
                __ksym_parse_subcommand 1 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
            case 'encode'
                __ksym_parse_subcommand 1 'all-symbols' 'pc-relative' 'base-relative' 'absolute-percpu' 'release=' 'json' 'color=' 'no-demangle' 'j/jobs=' 'max-size=' 'v/verbose' 'version' 'h/help'
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
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'versions' -d 'Show the symbol versions a module requires, from every layout.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'exports' -d 'Show what kernels and modules export: Module.symvers from binaries.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'kernel' -d 'Say what a kernel is: container, release, build ID, configuration, versions.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'symbols' -d 'Print the symbol table of any kernel, in the formats other tools read.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'lookup' -d 'Find symbols by name, readable name, pattern or address.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'kallsyms' -d 'Decode and encode the kernel\'s symbol tables themselves.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" k kernel' -l 'kernel' -s 'k' -d 'The kernel: a vmlinux, vmlinuz or bzImage, a Module.symvers, a directory (/lib/modules/RELEASE, a build tree, an unpacked package), or running.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" config' -l 'config' -d 'The kernel\'s configuration (default: embedded in the kernel, or beside it).' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -l 'assume' -d 'Say what cannot be read: missing-version=refuse|accept, release=…, vermagic=…, struct-module-size=…, or an option such as MODULE_FORCE_LOAD=y.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check"' -l 'with' -d 'A module that is loaded before (repeatable, in order).' -rfa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" no-deps' -l 'no-deps' -d 'Do not take modules of the kernel\'s tree as loaded.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" ignore-modversions' -l 'ignore-modversions' -d 'As modprobe --force-modversion (finit_module flag 1).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" ignore-vermagic' -l 'ignore-vermagic' -d 'As modprobe --force-vermagic (finit_module flag 2).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" blacklist' -l 'blacklist' -d 'Names of the boot option module_blacklist=, separated by commas.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" all-symbols' -l 'all-symbols' -d 'Report every needed symbol, not only problems.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym check" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" format' -l 'format' -d 'Output format: table, modprobe, symvers or json.' -rfka 'table modprobe symvers json'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions"' -l 'names' -d 'Names that hashed records may stand for: symvers, System.map, nm output, a list.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym versions" -ge 1' -fa '(set -l exts \'ko\' \'xz\' \'zst\' \'gz\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym versions" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" format' -l 'format' -d 'Output format: table, symvers or json.' -rfka 'table symvers json'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" no-kernel' -l 'no-kernel' -d 'Leave out the kernel images of directories.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym exports" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym exports" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" config' -l 'config' -d 'Print the kernel\'s configuration, and nothing else.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kernel" -ge 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kernel" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" format' -l 'format' -d 'Output format: nm, kallsyms, system-map or json.' -rfka 'nm kallsyms json system-map'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols"' -l 'name' -d 'Only names that fit.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" type' -l 'type' -d 'Only these type letters, such as Tt.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" range' -l 'range' -d 'Only addresses from the first up to the second.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" module' -l 'module' -d 'Only this module\'s symbols, or vmlinux.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" as-kernel' -l 'as-kernel' -d 'Type letters as /proc/kallsyms of 6.1 to 6.18 prints them, wrong for long names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym symbols" -eq 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym symbols" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" k kernel' -l 'kernel' -s 'k' -d 'A kernel image, System.map, nm output, /proc/kallsyms, or running.' -rF
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" era' -l 'era' -d 'Answer names as this release does.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" lto' -l 'lto' -d 'With --era: the kernel was built by Clang with ThinLTO.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" cfi' -l 'cfi' -d 'With --era: and with CFI (matters for 5.13 to 5.15).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym lookup" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms" -eq 1' -fa 'decode' -d 'Show where the tables lie in a kernel image, and how they are laid out.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms" -eq 1' -fa 'encode' -d 'Write the assembly text of the tables, as the kernel\'s scripts/kallsyms does.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms decode" -eq 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms decode" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" all-symbols' -l 'all-symbols' -d 'All symbols, not only functions.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" pc-relative' -l 'pc-relative' -d 'Distances from _text instead of addresses (7.0 and later).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" base-relative' -l 'base-relative' -d 'Offsets from a base: the only form of 6.12 to 6.19, which need not be asked for.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" absolute-percpu' -l 'absolute-percpu' -d 'Per-CPU symbols are absolute (6.14 and before).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" release' -l 'release' -d 'The release to write as, 6.12 or later.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" json' -l 'json' -d 'Print one JSON object a line (see the manual page).'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" color' -l 'color' -d 'Colour: auto (on a terminal), always or never.' -rfka 'auto always never'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" no-demangle' -l 'no-demangle' -d 'Do not show readable forms of mangled names.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" j jobs' -l 'jobs' -s 'j' -d 'Number of threads (default: all cores).' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" max-size' -l 'max-size' -d 'Largest file after unpacking, in bytes, or with K, M or G.' -rfka ''
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" v verbose' -l 'verbose' -s 'v' -d 'Say on standard error what is done and what was used.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_positional "ksym kallsyms encode" -eq 1' -F
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" version' -l 'version' -d 'Show the version.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym kallsyms encode" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ksym' -n '__ksym_should_offer_completions_for_flags_or_options "ksym help" version' -l 'version' -d 'Show the version.'
