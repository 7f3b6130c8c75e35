
__ksym_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__ksym_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__ksym_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__ksym_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

__ksym_kernels() {
    printf "running\n"
    command ls /lib/modules 2>/dev/null
}

_ksym() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local cur="${2}"
    local prev="${3}"
    # To bash, --option=value is three words.
    if [[ "${cur}" == "=" ]]; then cur=""; fi
    if [[ "${prev}" == "=" ]]; then prev="${COMP_WORDS[COMP_CWORD - 2]}"; fi

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __ksym_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    check|compare|deps|gate|versions|exports|kernel|symbols|lookup|names|table|kallsyms|livepatch|signature|convert|translate|types|help)
        # Offer subcommand argument completions
        "_ksym_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'check compare deps gate versions exports kernel symbols lookup names table kallsyms livepatch signature convert translate types help' -- "${cur}"))
        ;;
    esac
}

_ksym_check() {
    repeating_flags=()
    non_repeating_flags=(--no-deps --ignore-modversions --ignore-vermagic --compressed-file --all --all-symbols --sig-enforce --no-signatures --no-btf --json -q --quiet --no-demangle -v --verbose --out-of-tree --only-refused --version -h --help)
    repeating_options=(-k --kernel --assume --with --explain --keys)
    non_repeating_options=(--config -j --jobs --blacklist --format --efivars --secure-boot --lockdown --color --max-size --same-as)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--config')
        __ksym_add_completions -f
        return
        ;;
    '--assume')
        __ksym_add_completions -W 'missing-version=refuse'$'\n''missing-version=accept'$'\n''release='$'\n''vermagic='$'\n''struct-module-size='$'\n''secure-boot=on'$'\n''secure-boot=off'$'\n''lockdown=none'$'\n''lockdown=integrity'$'\n''lockdown=confidentiality'$'\n''lsm=lockdown'$'\n''lsm=default'$'\n''sig-enforce=on'$'\n''sig-enforce=off'$'\n''fips=on'$'\n''signer=enrolled'$'\n''signer=unknown'$'\n''btf=fits'$'\n''btf=differs'$'\n''ima=appraise'$'\n''ima=off'$'\n''syscall=finit_module'$'\n''syscall=init_module'
        return
        ;;
    '--with')
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--blacklist')
        return
        ;;
    '--explain')
        __ksym_add_completions -f
        return
        ;;
    '--format')
        __ksym_add_completions -W 'text'$'\n''github'
        return
        ;;
    '--efivars')
        __ksym_add_completions -d
        return
        ;;
    '--keys')
        __ksym_add_completions -f
        return
        ;;
    '--secure-boot')
        __ksym_add_completions -W 'on'$'\n''off'
        return
        ;;
    '--lockdown')
        __ksym_add_completions -W 'none'$'\n''integrity'$'\n''confidentiality'
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--max-size')
        return
        ;;
    '--same-as')
        __ksym_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    esac
}

_ksym_compare() {
    repeating_flags=()
    non_repeating_flags=(--convert-rules --unused-rules --check-list --json -q --quiet --no-demangle -v --verbose --version -h --help)
    repeating_options=(--list --protected --explain)
    non_repeating_options=(-r --rules --convert-list --html --format --top --color -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-r'|'--rules')
        __ksym_add_completions -f
        return
        ;;
    '--list')
        __ksym_add_completions -f
        return
        ;;
    '--convert-list')
        return
        ;;
    '--protected')
        __ksym_add_completions -f
        return
        ;;
    '--html')
        __ksym_add_completions -o plusdirs -fX '!*.@(html)'
        return
        ;;
    '--explain')
        __ksym_add_completions -f
        return
        ;;
    '--format')
        __ksym_add_completions -W 'text'$'\n''json'$'\n''ksymvers'$'\n''ksymvers:null'$'\n''ksymvers:pretty'$'\n''ksymvers:short'$'\n''ksymvers:symbols'$'\n''ksymvers:mod-symbols'
        return
        ;;
    '--top')
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_deps() {
    repeating_flags=()
    non_repeating_flags=(--provides --requires --strict --version -h --help)
    repeating_options=(-k --kernel)
    non_repeating_options=(--style --flavour --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--style')
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--flavour')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_gate() {
    repeating_flags=()
    non_repeating_flags=(--apply --json --version -h --help)
    repeating_options=(--kernel)
    non_repeating_options=(--root --group --color -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--root')
        __ksym_add_completions -d
        return
        ;;
    '--kernel')
        return
        ;;
    '--group')
        __ksym_add_completions -W 'none'$'\n''deps'$'\n''all'
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    esac
}

_ksym_versions() {
    repeating_flags=()
    non_repeating_flags=(--json -q --quiet --no-demangle --version -h --help)
    repeating_options=(--names)
    non_repeating_options=(--format --color -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __ksym_add_completions -W 'table'$'\n''modprobe'$'\n''symvers'$'\n''json'
        return
        ;;
    '--names')
        __ksym_add_completions -f
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    esac
}

_ksym_exports() {
    repeating_flags=()
    non_repeating_flags=(--no-kernel --json --no-demangle -v --verbose --version -h --help)
    repeating_options=(-k --kernel)
    non_repeating_options=(--format --color -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __ksym_add_completions -W 'table'$'\n''symvers'$'\n''json'
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_kernel() {
    repeating_flags=()
    non_repeating_flags=(--show-config --show-certificates --json -v --verbose --version -h --help)
    repeating_options=(-k --kernel)
    non_repeating_options=(--color --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--max-size')
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_symbols() {
    repeating_flags=()
    non_repeating_flags=(--as-kernel --no-contents --unwind --with-modules --json --no-demangle -v --verbose --version -h --help)
    repeating_options=(--name --modules -k --kernel)
    non_repeating_options=(--format --type --range --module -o --output --to --install --kaslr -j --jobs --loaded --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __ksym_add_completions -W 'nm'$'\n''kallsyms'$'\n''json'$'\n''elf'$'\n''system-map'
        return
        ;;
    '--name')
        return
        ;;
    '--type')
        return
        ;;
    '--range')
        return
        ;;
    '--module')
        return
        ;;
    '-o'|'--output')
        __ksym_add_completions -f
        return
        ;;
    '--to')
        __ksym_add_completions -W 'linkage'$'\n''source'$'\n''readable'$'\n''both'
        return
        ;;
    '--install')
        __ksym_add_completions -d
        return
        ;;
    '--kaslr')
        __ksym_add_completions -W 'keep'$'\n''undo'
        return
        ;;
    '--modules')
        __ksym_add_completions -f
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--loaded')
        __ksym_add_completions -f
        return
        ;;
    '--max-size')
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_lookup() {
    repeating_flags=()
    non_repeating_flags=(--lto --no-lto --cfi --long -l --with-modules --json -q --quiet --no-demangle -v --verbose --version -h --help)
    repeating_options=(-k --kernel --names --modules)
    non_repeating_options=(--era --for --type --kaslr -j --jobs --color --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--era')
        __ksym_add_completions -W 'own'
        return
        ;;
    '--for')
        __ksym_add_completions -W 'kprobe'$'\n''ftrace'$'\n''perf'$'\n''bpftrace'$'\n''livepatch'$'\n''gdb'$'\n''crash'$'\n''modversions'$'\n''all'
        return
        ;;
    '--type')
        return
        ;;
    '--names')
        __ksym_add_completions -f
        return
        ;;
    '--kaslr')
        __ksym_add_completions -W 'keep'$'\n''undo'
        return
        ;;
    '--modules')
        __ksym_add_completions -f
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--max-size')
        return
        ;;
    esac
}

_ksym_names() {
    repeating_flags=()
    non_repeating_flags=(--json --no-demangle -v --verbose --version -h --help)
    repeating_options=(-k --kernel)
    non_repeating_options=(--html --top --color -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--html')
        __ksym_add_completions -o plusdirs -fX '!*.@(html)'
        return
        ;;
    '--top')
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_table() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __ksym_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    build|merge|show|check)
        # Offer subcommand argument completions
        "_ksym_table_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'build merge show check' -- "${cur}"))
        ;;
    esac
}

_ksym_table_build() {
    repeating_flags=()
    non_repeating_flags=(-v --verbose --version -h --help)
    repeating_options=(-k --kernel)
    non_repeating_options=(-o --output --memory -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-o'|'--output')
        __ksym_add_completions -f
        return
        ;;
    '--memory')
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_table_merge() {
    repeating_flags=()
    non_repeating_flags=(-v --verbose --version -h --help)
    repeating_options=()
    non_repeating_options=(-o --output --memory)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-o'|'--output')
        __ksym_add_completions -f
        return
        ;;
    '--memory')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_table_show() {
    repeating_flags=()
    non_repeating_flags=(--json --no-demangle --version -h --help)
    repeating_options=(-t --table --names)
    non_repeating_options=(--color)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-t'|'--table'|'--names')
        __ksym_add_completions -f
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_ksym_table_check() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=()
    __ksym_offer_flags_options -1

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_kallsyms() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __ksym_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    decode|encode)
        # Offer subcommand argument completions
        "_ksym_kallsyms_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'decode encode' -- "${cur}"))
        ;;
    esac
}

_ksym_kallsyms_decode() {
    repeating_flags=()
    non_repeating_flags=(--json -v --verbose --version -h --help)
    repeating_options=()
    non_repeating_options=(--max-size)
    __ksym_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_kallsyms_encode() {
    repeating_flags=()
    non_repeating_flags=(--all-symbols --pc-relative --base-relative --absolute-percpu --version -h --help)
    repeating_options=()
    non_repeating_options=(--release --max-size)
    __ksym_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--release')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_livepatch() {
    repeating_flags=()
    non_repeating_flags=(--no-deps --sig-enforce --no-signatures --no-btf --json -q --quiet -v --verbose --version -h --help)
    repeating_options=(-k --kernel --assume --with --keys)
    non_repeating_options=(--config -j --jobs --era --efivars --secure-boot --lockdown --color --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--config')
        __ksym_add_completions -f
        return
        ;;
    '--assume')
        __ksym_add_completions -W 'missing-version=refuse'$'\n''missing-version=accept'$'\n''release='$'\n''vermagic='$'\n''struct-module-size='$'\n''secure-boot=on'$'\n''secure-boot=off'$'\n''lockdown=none'$'\n''lockdown=integrity'$'\n''lockdown=confidentiality'$'\n''lsm=lockdown'$'\n''lsm=default'$'\n''sig-enforce=on'$'\n''sig-enforce=off'$'\n''fips=on'$'\n''signer=enrolled'$'\n''signer=unknown'$'\n''btf=fits'$'\n''btf=differs'$'\n''ima=appraise'$'\n''ima=off'$'\n''syscall=finit_module'$'\n''syscall=init_module'
        return
        ;;
    '--with')
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--era')
        return
        ;;
    '--efivars')
        __ksym_add_completions -d
        return
        ;;
    '--keys')
        __ksym_add_completions -f
        return
        ;;
    '--secure-boot')
        __ksym_add_completions -W 'on'$'\n''off'
        return
        ;;
    '--lockdown')
        __ksym_add_completions -W 'none'$'\n''integrity'$'\n''confidentiality'
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    esac
}

_ksym_signature() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(-k --kernel --keys)
    non_repeating_options=(--color -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--keys')
        __ksym_add_completions -f
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    esac
}

_ksym_convert() {
    repeating_flags=()
    non_repeating_flags=(--drop-unrepresentable --add-missing --prune --drop-signature --basic --extended --in-place --json -v --verbose --version -h --help)
    repeating_options=(--only --sign --symvers)
    non_repeating_options=(--to --crcs --hash --signature-from --like -o --output --suffix -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--to')
        __ksym_add_completions -W 'basic'$'\n''extended'$'\n''both'$'\n''packed'$'\n''hashed'$'\n''none'$'\n''mod.c'$'\n''mod.o'
        return
        ;;
    '--crcs')
        __ksym_add_completions -f
        return
        ;;
    '--only')
        return
        ;;
    '--sign')
        __ksym_add_completions -f
        return
        ;;
    '--hash')
        __ksym_add_completions -W 'sha1'$'\n''sha224'$'\n''sha256'$'\n''sha384'$'\n''sha512'$'\n''sha3-256'$'\n''sha3-384'$'\n''sha3-512'
        return
        ;;
    '--signature-from')
        __ksym_add_completions -f
        return
        ;;
    '--symvers')
        __ksym_add_completions -f
        return
        ;;
    '--like')
        __ksym_add_completions -f
        return
        ;;
    '-o'|'--output')
        __ksym_add_completions -f
        return
        ;;
    '--suffix')
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -o plusdirs -fX '!*.@(ko|xz|zst|gz)'
        return
        ;;
    esac
}

_ksym_translate() {
    repeating_flags=()
    non_repeating_flags=(--keep-linkage --bare --verify --addresses --source --lines --json -v --verbose --version -h --help)
    repeating_options=(-k --kernel --names)
    non_repeating_options=(--to --ambiguous --kaslr --color --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--to')
        __ksym_add_completions -W 'readable'$'\n''source'$'\n''linkage'$'\n''hashed'
        return
        ;;
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--names')
        __ksym_add_completions -f
        return
        ;;
    '--ambiguous')
        __ksym_add_completions -W 'keep'$'\n''first'$'\n''all'$'\n''error'
        return
        ;;
    '--kaslr')
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_types() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __ksym_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    versions|show|explain|crc)
        # Offer subcommand argument completions
        "_ksym_types_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'versions show explain crc' -- "${cur}"))
        ;;
    esac
}

_ksym_types_versions() {
    repeating_flags=()
    non_repeating_flags=(--exported --stable --json -v --verbose --version -h --help)
    repeating_options=()
    non_repeating_options=(--format --list -T --symtypes -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __ksym_add_completions -W 'table'$'\n''symver'$'\n''json'
        return
        ;;
    '--list')
        __ksym_add_completions -f
        return
        ;;
    '-T'|'--symtypes')
        __ksym_add_completions -f
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_types_show() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=(-k --kernel)
    non_repeating_options=(--path --depth --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-k'|'--kernel')
        __ksym_add_completions -W "$(__ksym_kernels)"
        __ksym_add_completions -f
        return
        ;;
    '--path')
        return
        ;;
    '--depth')
        return
        ;;
    '--max-size')
        return
        ;;
    esac
}

_ksym_types_explain() {
    repeating_flags=()
    non_repeating_flags=(--stable --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--old --new --color --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--old')
        __ksym_add_completions -f
        return
        ;;
    '--new')
        __ksym_add_completions -f
        return
        ;;
    '--color')
        __ksym_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--max-size')
        return
        ;;
    esac
}

_ksym_types_crc() {
    repeating_flags=()
    non_repeating_flags=(--json -v --verbose --version -h --help)
    repeating_options=()
    non_repeating_options=(--verify -j --jobs --max-size)
    __ksym_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--verify')
        __ksym_add_completions -f
        return
        ;;
    '-j'|'--jobs')
        return
        ;;
    '--max-size')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ksym_add_completions -f
        return
        ;;
    esac
}

_ksym_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __ksym_offer_flags_options -1
    COMPREPLY+=($(compgen -W 'check compare deps gate versions exports kernel symbols lookup names table kallsyms livepatch signature convert translate types' -- "${cur}"))
}

complete -o filenames -F _ksym ksym
