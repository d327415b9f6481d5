# abi.awk - from the headers as the preprocessor leaves them: with -v what=functions the declarations of the public
# functions, one a line; with -v what=program a C program that prints the sizes of the public structs, the offsets of
# their members and the values of enumerators.

/^#/ { next }
{ text = text " " $0 }
END {
    gsub(/[ \t]+/, " ", text)
    gsub(/__attribute__ ?\(\([^()]*(\([^()]*\)[^()]*)*\)\)/, "", text)
    depth = 0
    statement = ""
    n = length(text)
    for (i = 1; i <= n; i++) {
        c = substr(text, i, 1)
        statement = statement c
        if (c == "{") depth++
        else if (c == "}") { if (--depth == 0 && statement ~ /\) ?\{/) statement = "" }
        else if (c == ";" && depth == 0) { tell(statement); statement = "" }
    }
    if (what == "program") print "    return 0;\n}"
}

function tell(s) {
    sub(/^ */, "", s)
    if (what == "functions") {
        if (s ~ /^(typedef|static|extern inline|struct|enum)/ || s !~ /gd_[A-Za-z0-9_]+ ?\(/) return
        gsub(/ *, */, ", ", s)
        gsub(/\( /, "(", s)
        gsub(/ \)/, ")", s)
        gsub(/\* +/, "*", s)
        gsub(/ \(/, "(", s)
        gsub(/ ;/, ";", s)
        print s
        return
    }
    if (s ~ /^(typedef )?enum/) { enumerators(s); return }
    if (s ~ /^(typedef )?struct gd_[a-z0-9_]* ?\{/) members(s)
}

function enumerators(s,    k, part) {
    sub(/^[^{]*\{/, "", s)
    sub(/\}.*/, "", s)
    k = split(s, part, ",")
    for (j = 1; j <= k; j++) {
        sub(/=.*/, "", part[j])
        gsub(/ /, "", part[j])
        if (part[j] != "") printf "    printf(\"enumerator %s %%lld\\n\", (long long)%s);\n", part[j], part[j]
    }
}

# Members of members, as in  struct { int a; } b;  are not looked at: what b takes is in the offset of the next one.
function members(s,    name, body, level, member, c, k, part) {
    name = s
    sub(/^(typedef )?struct /, "", name)
    sub(/ ?\{.*/, "", name)
    body = s
    sub(/^[^{]*\{/, "", body)
    printf "    printf(\"struct %s %%zu\\n\", sizeof(struct %s));\n", name, name
    level = 0
    member = ""
    for (j = 1; j <= length(body); j++) {
        c = substr(body, j, 1)
        if (c == "{") level++
        if (c == "}" && level-- == 0) return
        if (c != ";" || level > 0) { member = member c; continue }
        if (match(member, /\(\*[a-z_A-Z0-9]+\)/)) {                 # a pointer to a function
            offset(name, substr(member, RSTART + 2, RLENGTH - 3))
        } else {
            sub(/.*\}/, "", member)
            gsub(/\[[^]]*\]/, "", member)
            k = split(member, part, ",")
            for (m = 1; m <= k; m++) {
                sub(/ *$/, "", part[m])
                sub(/.*[^A-Za-z0-9_]/, "", part[m])
                offset(name, part[m])
            }
        }
        member = ""
    }
}
function offset(name, member) {
    printf "    printf(\"struct %s.%s %%zu+%%zu\\n\", offsetof(struct %s, %s), sizeof(((struct %s *)0)->%s));\n",
        name, member, name, member, name, member
}
