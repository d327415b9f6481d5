# tutorial_region.awk - prints a region of a program, for tutorial.sh: a function, type or variable with the lines right
# above it, or, where `region` is a number n, the part of a function that begins with the comment "n. ..", without its
# indentation.  Ends with 1 when there is no such region.
{ line[NR] = $0 }
END {
    first = 0
    if (region ~ /^[0-9]+$/) {
        for (i = 1; i <= NR && !first; i++)
            if (line[i] ~ "^ +/[*] " region "[.] ")
                first = i
        if (!first)
            exit 1
        for (last = first + 1; last <= NR && line[last] !~ /^ +\/[*] [0-9]+[.] / && line[last] !~ /^}/; last++)
            ;
        last--
        if (line[last] ~ /^ +return 0;$/)
            last--
        match(line[first], /^ +/)
        indent = RLENGTH
    } else {
        for (i = 1; i <= NR && !first; i++) {
            code = line[i]
            gsub(/"[^"]*"/, "", code)                   # a name in a string is no definition
            if (code ~ /^[a-z#]/ && code ~ "(^|[^a-zA-Z0-9_])" region "([^a-zA-Z0-9_]|$)")
                first = i
        }
        if (!first)
            exit 1
        for (last = first; last <= NR && line[last] !~ /^}/ && !(last == first && line[last] ~ /;[^}]*$/); last++)
            ;
        while (first > 1 && line[first - 1] != "" && line[first - 1] !~ /^}/)
            first--
        indent = 0
    }
    while (last > first && line[last] == "")
        last--
    for (i = first; i <= last; i++)
        print substr(line[i], 1, indent) ~ /^ *$/ ? substr(line[i], indent + 1) : line[i]
}
