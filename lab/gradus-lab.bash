# Completion for bash.  The names are asked of gradus-lab itself.
_gradus_lab() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=
    # bash may have split at "=": --function=ro
    [ "$word" = "=" ] && word=
    [ "$before" = "=" ] && before=${COMP_WORDS[COMP_CWORD - 2]}
    case $before in
        -f | --function) words=$(gradus-lab --list functions 2>/dev/null | awk '/^  [a-z]/ { print $1 }') ;;
        -c | --schedule) words=$(gradus-lab --list schedules 2>/dev/null | awk '/^  [a-z]/ { print $1 }') ;;
        -l | --list)     words="functions optimizers schedules $(gradus-lab --list optimizers 2>/dev/null |
                             awk '/^  [a-z]/ { print $1 }')" ;;
        -o | --out)      mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        -r | --rate | -n | --steps | -s | --start | --seeds | --noise | --spread) return ;;
        *)
            case $word in
                -*)  words=$(gradus-lab --help | grep -o -- '--[a-z]*') ;;
                *.*) words=$(gradus-lab --list optimizers 2>/dev/null | awk -v name="${word%%.*}" '
                         /^  [a-z]/ { inside = $1 == name }
                         inside && /dialects:/ { for (i = 2; i <= NF; i++) print name "." $i }') ;;
                *)   words=$(gradus-lab --list optimizers 2>/dev/null | awk '/^  [a-z]/ { print $1 }') ;;
            esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _gradus_lab gradus-lab
