# amalgamation.awk - the sources as one file.  Called by amalgamation.sh, with -v mode=header or -v mode=source, which
# explains what the two files are; the arguments are the sources, and "fused", behind which those follow whose products
# and sums may be fused.
#
# A header with a guard is written once, before the first file that includes it, and without its guard.  Others are
# templates, written wherever they are included.  Two files may use a name for different things, in one file they may
# not: a name of file scope (static function, type, enumerator) that two files have is renamed in all of them, length in
# src/data/source.c to length_in_data_source; and macros end with the file that defines them.

BEGIN {
    sources = 0
    for (i = 1; i < ARGC; i++) {
        if (ARGV[i] == "fused") first_fused = sources + 1
        else source[++sources] = ARGV[i]
    }
    if (mode == "header") { write_headers(); exit failed }
    for (s = 1; s <= sources; s++) { collect(source[s]); uses(source[s], s) }
    write_sources()
    exit failed
}

function fail(text) { print "amalgamation.awk: " text > "/dev/stderr"; failed = 1 }

# ---- Files ----------------------------------------------------------------------------------------------------------

# The lines of a file, kept: lines[file], line[file, n]; guard[file] is the name of its guard.
function load(file,    n, text, m) {
    if (file in lines) return
    n = 0
    while ((getline text < file) > 0) line[file, ++n] = text
    close(file)
    lines[file] = n
    if (n == 0) fail("cannot read " file)
    for (m = 1; m < n && m < 60; m++)
        if (line[file, m] ~ /^#ifndef GRADUS_[A-Z0-9_]*H$/) {
            text = line[file, m]
            sub(/^#ifndef /, "", text)
            if (line[file, m + 1] == "#define " text) {
                guard[file] = text
                line[file, m] = line[file, m + 1] = ""
                for (m = n; line[file, m] !~ /^#endif/; m--) ;
                line[file, m] = ""
                return
            }
        }
}

function exists(file,    text, found) {
    if (file in lines) return 1
    found = (getline text < file) >= 0
    close(file)
    return found
}

# The file that a line of `file` includes; "" for none or one of the system's.
function included(file, text,    name, folder) {
    if (text ~ /^ *# *include +KERNEL/) name = kernel               # see simd_each.h
    else if (text !~ /^ *# *include +"/) return ""
    else { name = text; sub(/^[^"]*"/, "", name); sub(/".*/, "", name) }
    folder = file
    sub(/[^\/]*$/, "", folder)
    if (exists(folder name)) return folder name
    if (exists("src/" name)) return "src/" name
    if (exists("include/" name)) return "include/" name
    fail(file " includes " name ", which is not there")
    return ""
}
function is_public(file) { return file ~ /^include\// }

# ---- Names of file scope ------------------------------------------------------------------------------------------

# owners[name]: how many files have it; owner[name, file].
function own(name, file) {
    if (name ~ /^gi_/ && file ~ /\.h$/) declared[name] = 1
    if (name ~ /^real_/ && file ~ /\.c$/) return                    # a definition of what sums.h or real.h declares
    if (name == "" || name ~ /^(void|int|bool|char|double|float)$/ || name ~ /^(GI_|GD_|gi_|gd_|_)/) return
    if ((name, file) in owner) return
    owner[name, file] = 1
    owners[name]++
    if (file ~ /\.c$/) sharers[name]++
}

# Names that macros put together: UNARY (exp, ..) makes exp_op, NAME(load) load_128.
function own_pasted(name, file) {
    own(name, file)
    pasted[name, file] = 1
    pasted_list[file] = pasted_list[file] " " name
}
function collect_pasted(text, top,    name, k, ends, private) {
    if (text ~ /NAME\([a-z_0-9]+\)/) {
        name = text
        sub(/.*NAME\(/, "", name)
        sub(/\).*/, "", name)
        k = split("_128 _256 _512", ends, " ")
    } else {
        private = text ~ /^PRIVATE_|\(static, gi_,/
        name = text
        sub(/^[^(]*\((static, gi_, )?/, "", name)
        sub(/[^A-Za-z0-9_].*/, "", name)
        k = split("_op _rule _value _loop _slope", ends, " ")
        if (private) hidden_list[top] = hidden_list[top] " gi_" name
    }
    for (; k > 0; k--) own_pasted(name ends[k], top)
}

# What .c file `top` declares itself and through templates; headers with a guard own their names.
function collect(top) { load(top); collect_file(top, top) }
function collect_file(file, top,    n, text, other, stripped, comment, name, enumerating, code, k, parts) {
    load(file)
    for (n = 1; n <= lines[file]; n++) {
        text = line[file, n]
        if (text ~ /^ *# *define +KERNEL /) { kernel = text; sub(/^[^"]*"/, "", kernel); sub(/".*/, "", kernel) }
        other = included(file, text)
        if (other != "") {
            load(other)
            if (is_public(other)) continue
            if (code && other in guard) in_place[other] = 1         # a part of this header, see real.h
            if (!(other in guard)) collect_file(other, top)
            else if (!(other in collected)) { collected[other] = 1; collect_file(other, other) }
            continue
        }
        if (text ~ /^ *# *define /) {
            name = text
            sub(/^ *# *define +/, "", name)
            sub(/[^A-Za-z0-9_].*/, "", name)
            macro[top, ++macros[top]] = name
            continue
        }
        stripped = text
        if (index(stripped, "/*")) gsub(/\/\*([^*]|\*[^\/])*\*\//, "", stripped)
        if (comment) { if (stripped !~ /\*\//) continue; sub(/.*\*\//, "", stripped); comment = 0 }
        if (stripped ~ /\/\*/) { comment = 1; sub(/\/\*.*/, "", stripped) }
        if (index(stripped, "__attribute__")) gsub(/__attribute__ *\(\([^()]*(\([^()]*\))*[^()]*\)\)/, "", stripped)
        if (enumerating || stripped ~ /^(typedef )?enum.*\{/) {
            if (!enumerating) {
                name = stripped
                sub(/^(typedef )?enum */, "", name)
                sub(/ *\{.*/, "", name)
                own(name, top)
                sub(/^[^{]*\{/, "", stripped)
            }
            enumerating = stripped !~ /\}/
            name = stripped
            sub(/^[^}]*\} */, "", name)
            sub(/;.*/, "", name)
            if (!enumerating && name ~ /^[A-Za-z_0-9]+$/) own(name, top)
            sub(/\}.*/, "", stripped)
            gsub(/\([^)]*\)/, "", stripped)
            k = split(stripped, parts, ",")
            for (; k > 0; k--) {
                name = parts[k]
                sub(/=.*/, "", name)
                gsub(/[^A-Za-z0-9_]/, "", name)
                own(name, top)
            }
            continue
        }
        if (stripped ~ /^\} *[A-Za-z_0-9]+(\[[^]]*\])* *(;|=)/) {   # } name;
            name = stripped
            sub(/^\} */, "", name)
            sub(/[^A-Za-z0-9_].*/, "", name)
            own(name, top)
            continue
        }
        if (text ~ /##/) pastes[top] = 1
        if (stripped !~ /^[A-Za-z]/ || stripped ~ /:$/) continue
        code = 1
        if (top ~ /\.c$/ && (stripped ~ /^[A-Z][A-Z0-9_]+ *\([a-z]/ || stripped ~ /NAME\([a-z_0-9]+\)/)) {
            pastes[top] = 1
            collect_pasted(stripped, top)
            continue
        }
        if (stripped ~ /^(typedef |static |static const )?(struct|union) +[A-Za-z_0-9]+ *(\{|;)/) {
            name = stripped
            sub(/^.*(struct|union) +/, "", name)
            sub(/[^A-Za-z0-9_].*/, "", name)
            own(name, top)
            if (stripped ~ /\{.*\}/) {                               # all on one line
                name = stripped
                sub(/.*\} */, "", name)
                sub(/[^A-Za-z0-9_].*/, "", name)
                own(name, top)
            }
            continue
        }
        if (stripped ~ /^typedef .*\)\(/) {                         # typedef void (*name)(..)
            name = stripped
            sub(/^[^(]*\( *\*?/, "", name)
            sub(/[^A-Za-z0-9_].*/, "", name)
            own(name, top)
            continue
        }
        if (stripped ~ /^typedef .*;/ && stripped !~ /\(/) {
            name = stripped
            sub(/ *(\[[^]]*\])* *;.*/, "", name)
            sub(/.*[^A-Za-z0-9_]/, "", name)
            own(name, top)
            continue
        }
        if (match(stripped, /\(\*[A-Za-z_0-9]+(\[[^]]*\])?\)\(/)) {    # static void (*name)(..)
            name = substr(stripped, RSTART + 2, RLENGTH - 2)
            sub(/[^A-Za-z0-9_].*/, "", name)
            if (stripped ~ /^(static|_Thread_local)/) own(name, top)
            continue
        }
        if (match(stripped, /[A-Za-z_0-9]+ *(\(|\[|=|;|,)/) && !(top ~ /\.h$/ && stripped ~ /^static.*[ *]gi_.*;$/)) {
            name = substr(stripped, RSTART, RLENGTH)
            if (name ~ /\($/ && name ~ /^[A-Z][A-Z0-9_]* *\(/) continue   # a macro that makes functions
            gsub(/[^A-Za-z0-9_]/, "", name)
            own(name, top)
            if (stripped !~ /\(|=/)                                 # static int a, *b, c[2];
                while (match(stripped, /, *\**[A-Za-z_0-9]+/)) {
                    name = substr(stripped, RSTART + 1, RLENGTH - 1)
                    stripped = substr(stripped, RSTART + RLENGTH)
                    gsub(/[^A-Za-z0-9_]/, "", name)
                    own(name, top)
                }
        }
    }
}

# last_use[header]: the number of the last source that includes it, itself or through others.
function uses(file, s,    n, other) {
    for (n = 1; n <= lines[file]; n++) {
        other = included(file, line[file, n])
        if (other == "" || is_public(other) || last_use[other] == s) continue
        last_use[other] = s
        uses(other, s)
    }
}

# ---- Writing --------------------------------------------------------------------------------------------------------

# One file: the headers before it, then its lines, then an end to its macros.
function write_source(file,    m, suffix, seen, k, name) {
    write_headers_of(file, 0)
    suffix = file
    sub(/^src\//, "", suffix)
    sub(/\.c$/, "", suffix)
    gsub(/\//, "_", suffix)
    title(file)
    k = split(aliases(file), name, " ")
    for (m = 1; m <= k; m++) print "#define " name[m] " " name[m] "_in_" suffix
    write_body(file, file, "_in_" suffix, 0)
    for (m = 1; m <= k; m++) print "#undef " name[m]
    for (m = 1; m <= macros[file]; m++)
        if (!(macro[file, m] in seen) && macro[file, m] !~ /^_/) {
            seen[macro[file, m]] = 1
            print "#undef " macro[file, m]
        }
}

# The names that only the preprocessor can rename, because macros put them together.
function aliases(file,    pair, list, k, part, seen, names) {
    if (!pastes[file]) return ""
    k = split(hidden_list[file], part, " ")                         # a static one where a header has another
    for (; k > 0; k--)
        if (part[k] in declared && !(part[k] in seen)) { seen[part[k]] = 1; list = list " " part[k] }
    k = split(pasted_list[file], part, " ")
    for (; k > 0; k--)
        if (sharers[part[k]] > 1 && !(part[k] in seen)) { seen[part[k]] = 1; list = list " " part[k] }
    for (pair in owner) {
        split(pair, names, SUBSEP)
        if (names[2] == file && sharers[names[1]] > 1 && names[1] ~ /_/ && !(names[1] in seen)) list = list " " names[1]
    }
    return list
}

# The headers with a guard that `file` includes at its top, each after those that it includes itself.
function write_headers_of(file, depth,    n, other) {
    load(file)
    for (n = 1; n <= lines[file]; n++) {
        other = included(file, line[file, n])
        if (other == "" || is_public(other)) continue
        load(other)
        if (!(other in guard)) write_headers_of(other, depth + 1)
        else if (!(other in written)) {
            written[other] = 1
            write_headers_of(other, depth + 1)                      # also before one that stays in its place
            if (in_place[other]) continue
            title(other)
            write_body(other, other, "", depth)
        }
    }
}

# Lines of `file` as a part of `top`.
function write_body(file, top, suffix, depth,    n, text, other) {
    for (n = 1; n <= lines[file]; n++) {
        text = line[file, n]
        if (text ~ /^ *# *define +KERNEL /) {
            kernel = text
            sub(/^[^"]*"/, "", kernel)
            sub(/".*/, "", kernel)
        }
        if (text ~ /^ *# *define +_[A-Z_]+_SOURCE/) {
            sub(/ *\/\*.*/, "", text)
            sub(/^ *# *define */, "", text)
            print "/* " text " - at the top of this file */"
            continue
        }
        if (text ~ /^ *# *include/) {
            other = included(file, text)
            if (other == "") { print text; continue }               # of the system
            if (is_public(other)) continue
            if (!(other in guard) || in_place[other]) write_body(other, top, suffix, depth + 1)
            continue
        }
        print renamed(text, top, suffix)
    }
}
function title(text,    line) {
    for (line = "/* ---- " text " "; length(line) < 117;) line = line "-"
    print "\n" line " */\n"
}

# The line with the names of `top` that others have too, or, among the fused ones, the functions of real.h.  Not in
# strings and comments, not members after a dot or an arrow, nor where a struct declares them.
function renamed(text, top, suffix,    out, token, before, rest, place) {
    if (!rename_real && suffix == "") return text
    out = ""
    rest = text
    while (rest != "") {
        if (in_comment) {
            place = index(rest, "*/")
            if (!place) return out rest
            out = out substr(rest, 1, place + 1)
            rest = substr(rest, place + 2)
            in_comment = 0
            continue
        }
        if (!match(rest, /[A-Za-z0-9_"'{}\/]/)) return out rest
        before = substr(rest, 1, RSTART - 1)
        rest = substr(rest, RSTART)
        if (match(rest, /^[A-Za-z0-9_]+/) || match(rest, /^"([^"\\]|\\.)*"/) || match(rest, /^'([^'\\]|\\.)*'/)) ;
        else RLENGTH = substr(rest, 1, 2) == "/*" ? 2 : 1
        token = substr(rest, 1, RLENGTH)
        rest = substr(rest, RLENGTH + 1)
        out = out before
        if (token == "/*") { out = out token; in_comment = 1; continue }
        if (token == "{") { if (structs || struct_next) structs++; struct_next = 0 }
        else if (token == "}") { if (structs) structs-- }
        else if (token == "struct" || token == "union") struct_next = rest ~ /^ *[A-Za-z_0-9]* *\{/
        else if (token ~ /^[A-Za-z_]/ && before !~ /(\.|->) *$/ && !(before == "" && out ~ /(\.|->) *$/)) {
            if (rename_real && token in twice) token = token "_fused"
            else if (suffix != "" && owners[token] > 1 && (token, top) in owner && !((token, top) in pasted) &&
                     !(structs && rest ~ /^ *(;|,|\[|:[^:]|\)\()/) && out !~ /NAME\($/) token = token suffix
        }
        out = out token
    }
    return out
}

function write_sources(    s, m, h, again, k, pair, names) {
    for (s = 1; s <= sources; s++) {
        if (s == first_fused) {
            # real.h and terms.h once more, with other names: what may be fused here may not be in the other files.
            title("From here on a * b + c may be one instruction.")
            print "#if defined(__clang__)\n#pragma clang fp contract(fast)\n#elif defined(__GNUC__)"
            print "#pragma GCC optimize(\"fp-contract=fast\")\n#endif"
            rename_real = 1
            k = split("real real_functions real_plain real_double real_inverse real_float real_wide terms", again, " ")
            for (h = 1; h <= k; h++) {
                again[h] = "src/kernels/" again[h] ".h"
                delete written[again[h]]
                for (pair in owner) { split(pair, names, SUBSEP); if (names[2] == again[h]) twice[names[1]] = 1 }
                for (m = 1; m <= macros[again[h]]; m++) print "#undef " macro[again[h], m]
            }
        }
        write_source(source[s])
        # Short names of macros end with the last file that uses their header.
        for (h in last_use)
            if (last_use[h] == s && h in guard)
                for (m = 1; m <= macros[h]; m++)
                    if (macro[h, m] !~ /^(GI_|GD_|gi_|_)/) ended[macro[h, m]] = 1
        for (m in ended) { print "#undef " m; delete ended[m] }
    }
}

# ---- gradus.h -------------------------------------------------------------------------------------------------------

function write_headers() {
    print "#ifndef GRADUS_H\n#define GRADUS_H\n"
    write_header("include/gradus.h")
    print "\n#endif"
}
function write_header(file,    n, other) {
    load(file)
    written[file] = 1
    for (n = 1; n <= lines[file]; n++) {
        other = included(file, line[file, n])
        if (other == "") print line[file, n]
        else if (!(other in written)) write_header(other)
    }
}
