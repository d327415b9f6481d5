# reference.awk - the reference from the comments of the public headers.  With -v format=man a page gd_NAME.3 for each
# function, and gradus.3; with -v format=html a page for each header, and index.html; into the folder -v out=..  Fails
# where a public name has no comment of its own, of its block or of its section.  The arguments are the headers.
# reference_man.awk has the man pages, reference_html.awk and reference_text.awk those in HTML, reference_index.awk the examples and the indexes: by
# topic, by PyTorch's names, and of all names.
#
# A header is a list of blocks with blank lines between them: a comment, and the declarations right behind it.  One
# that begins with ---- opens a section; its text holds for all blocks of the section.  What stands behind a declaration
# on its lines is its own.

function start_file() {
    header = FILENAME
    sub(/^.*include\//, "", header)
    headers[++header_count] = header
    section = section_text = comment = declarations = about[header] = ""
    inside_comment = depth = 0
    seen_guard = 0
}

FNR == 1 { if (header != "") end_block(); start_file() }

# ---- Reading --------------------------------------------------------------------------------------------------------

# What only C++ sees is left out; which headers one includes is remembered.
!inside_comment && /^#ifdef __cplusplus/ { only_cxx = 1 }
only_cxx { if (/^#(else|endif)/) only_cxx = 0; next }
/^#include "/ {
    text = $2
    gsub(/"|gradus\//, "", text)
    includes[header] = includes[header] " " text
}
inside_comment || (/^\/\*/ && depth == 0 && declarations == "") {
    text = $0
    if (!inside_comment) { sub(/^\/\* ?/, "", text); comment = "" }
    else sub(/^ \*( |$)/, "", text)
    inside_comment = $0 !~ /\*\//
    if (!inside_comment) sub(/ *\*\/.*/, "", text)
    comment = comment text "\n"
    if (!inside_comment) end_comment()
    next
}
/^ *$/ && depth == 0 { end_block(); next }
/^(GD_API_BEGIN|GD_API_END|extern "C"|#include|#if|#endif|#else|#elif|#pragma|#undef)/ { next }
/^[}]$/ && depth == 0 { next }                                      # of extern "C"
{
    declarations = declarations $0 "\n"
    text = $0
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", text)
    sub(/\/\*.*/, "", text)
    depth += gsub(/\{/, "{", text) - gsub(/\}/, "}", text)
    if (/^#define/ && !/\\$/) depth = 0
}

function end_comment() {
    if (about[header] == "" && declarations == "" && !seen_guard) {
        about[header] = comment
        comment = ""
        seen_guard = 1
    } else if (comment ~ /^----/) {
        section = comment
        sub(/^---- */, "", section)
        sub(/\n.*/, "", section)
        sub(/ *-*$/, "", section)
        section_text = comment
        sub(/^[^\n]*\n/, "", section_text)
        gsub(/ *-----+ *\n/, "\n", section_text)
        order[header, ++blocks[header]] = "section"
        block_comment[header, blocks[header]] = section_text
        block_title[header, blocks[header]] = section
        comment = ""
    }
}

function end_block(    k, n, row, name, text, own, proto, open) {
    if (declarations == "" || declarations ~ /^#(ifndef|define) GRADUS_[A-Z_]*H\n(#define[^\n]*\n)?$/) {
        if (comment != "" && declarations == "") note_block()
        declarations = comment = ""
        return
    }
    note_block()
    k = blocks[header]
    n = split(declarations, row, "\n")
    name = ""
    open = 0
    for (i = 1; i <= n; i++) {
        text = row[i]
        if (open == 0 && text ~ /^(static inline )?[A-Za-z_][A-Za-z0-9_ ]*[ *]+gd_[a-z0-9_]+\(/ && text !~ /^typedef/) {
            name = text
            sub(/\(.*/, "", name)
            sub(/.*[^a-z0-9_]/, "", name)
            functions[++function_count] = name
            where[name] = header
            in_block[name] = k
            proto_of[name] = own_of[name] = ""
            section_of[name] = section
            section_text_of[name] = section_text
            members[header, k] = members[header, k] " " name
            proto = 1
        } else if (open == 0 && text ~ /^[A-Za-z#]/) { name = ""; proto = 0 }
        own = text
        if (name != "") {
            if (match(own, /\/\*.*/) || (own ~ /^ +\*/ && !proto)) {
                if (own_of[name] == "") column_of[name] = RSTART + 3
                if (own !~ /^ +\*/) own = substr(own, RSTART)
                own_of[name] = own_of[name] own "\n"
            }
            if (proto) {
                sub(/ *\/\*.*/, "", text)
                if (text ~ /;|^\{/) proto = 0
                if (text !~ /^\{/) proto_of[name] = proto_of[name] text "\n"
            }
        }
        other_names(row[i], open)
        text = row[i]
        gsub(/\/\*([^*]|\*[^\/])*\*\//, "", text)
        open += gsub(/\{/, "{", text) - gsub(/\}/, "}", text)
    }
    declarations = comment = ""
}
# The types, macros and enumerators that a line declares; open: how many braces are open in front of it.  Macros that
# only serve others, or hide what compilers lack, are private.
function other_names(line, open,    text, name) {
    text = line
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", text)
    sub(/\/\*.*/, "", text)
    if (text ~ /^(typedef )?enum/) in_enum = 1
    if (in_enum) {
        name = text
        while (match(name, /GD_[A-Z0-9_]+/)) {
            note_name(substr(name, RSTART, RLENGTH), line)
            name = substr(name, RSTART + RLENGTH)
        }
        if (text ~ /;/) in_enum = 0
    } else if (match(text, /^# *define GD_[A-Z0-9_]+/)) {
        name = substr(text, RSTART, RLENGTH)
        sub(/.* /, "", name)
        if (name !~ /^GD_(UNIQUE|CALM|API|NEEDS_IEEE|MUST_CHECK|FORMAT)/) note_name(name, line)
    }
    if (open == 0 && text ~ /^typedef .*gd_[a-z0-9_]+\(/) {                  # the type of a function
        match(text, /gd_[a-z0-9_]+\(/)
        note_name(substr(text, RSTART, RLENGTH - 1), line)
    } else if (open == 0 && match(text, /^(typedef +)?(struct|enum) +gd_[a-z0-9_]+ *\{/)) {
        name = substr(text, RSTART, RLENGTH)
        sub(/ *\{$/, "", name)
        sub(/.* /, "", name)
        note_name(name, line)
    } else if (open == 0 && text ~ /^typedef [^(]*;/ && match(text, /gd_[a-z0-9_]+;/))
        note_name(substr(text, RSTART, RLENGTH - 1), line)
}
function note_name(name, line) {
    if (name in name_where) { if (line ~ /\/\*/) name_own[name] = 1; return }
    names[++name_count] = name
    name_where[name] = header
    name_block[name] = blocks[header]
    name_section[name] = section
    name_text[name] = section_text
    name_own[name] = line ~ /\/\*/
}
function note_block() {
    order[header, ++blocks[header]] = "block"
    block_comment[header, blocks[header]] = comment
    block_code[header, blocks[header]] = declarations
}

# ---- What it comes to -----------------------------------------------------------------------------------------------

END {
    end_block()
    for (f = 1; f <= function_count; f++) check(functions[f])
    for (f = 1; f <= name_count; f++) check_name(names[f])
    read_index()
    if (function_count < 400) {
        print "reference.awk: only " function_count " functions are seen" > "/dev/stderr"
        failed = 1
    }
    if (!failed && format == "man") write_man()
    if (!failed && format == "html") write_html()
    if (!failed) print "reference: " function_count " functions and " name_count " other names, all documented"
    exit failed
}

function check(name,    k, struct) {
    k = in_block[name]
    comment_of[name] = block_comment[where[name], k]
    if (comment_of[name] == "" && own_of[name] == "")               # the one that speaks of it, or of its options
        for (k = blocks[where[name]]; k > 0 && comment_of[name] == ""; k--)
            if (order[where[name], k] == "block" && mentions(block_comment[where[name], k], name))
                comment_of[name] = block_comment[where[name], k]
    struct = name                                                   # of options, whose members have comments
    sub(/(_defaults|_dialect|_new)?$/, "_options;", struct)
    for (k = blocks[where[name]]; k > 0; k--)
        if (index(block_code[where[name], k], "} " struct)) options_of[name] = block_code[where[name], k]
    if (name ~ /_defaults$/ && name in options_of && comment_of[name] == "")
        comment_of[name] = name " - the options, each with its default."
    if (comment_of[name] == "" && own_of[name] == "" && section_text_of[name] !~ /[A-Za-z]/ &&
        section_of[name] == "" && index(about[where[name]], name) == 0) {
        print where[name] ": " name " has no comment" > "/dev/stderr"
        failed = 1
    }
}

# A type, macro or enumerator: a comment on its line, in front of its block or of its section, or that speaks of it; the
# formula in the title of its section; of a type, comments of its members.
function check_name(name,    k, h, short) {
    h = name_where[name]
    if (name_own[name] || block_comment[h, name_block[name]] != "" || name_text[name] ~ /[A-Za-z]/) return
    if (name_section[name] ~ /:/ || index(about[h], name)) return
    if (name ~ /^gd_/ && index(block_code[h, name_block[name]], "/*")) return
    short = name
    sub(/_layer$/, "_", short)
    for (k = blocks[h]; k > 0; k--) if (index(block_comment[h, k], short)) return
    print h ": " name " has no comment" > "/dev/stderr"
    failed = 1
}

# gd_decoder_block_new and _apply are spoken of where gd_decoder_block is.
function mentions(text, name) { sub(/_(new|apply)$/, "", name); return text ~ ("(^|[^a-z0-9_])" name "([^a-z0-9_]|$)") }

# In one line: what stands behind "gd_name - ", in the comment or in that of the section; or behind the declaration; or
# the title of the section.
function summary(name,    text, own, title) {
    text = comment_of[name]
    gsub(/\n */, " ", text)
    own = section_text_of[name]
    gsub(/\n */, " ", own)
    title = section_of[name] != "" ? section_of[name] : "part of " where[name]
    if (match(text, "(^|[ .])" name "(, gd_[a-z0-9_]+)* - ")) text = one_of_list(text, RSTART, RLENGTH)
    else if (match(own, "(^|[ .])" name "(, gd_[a-z0-9_]+)* - ")) text = one_of_list(own, RSTART, RLENGTH)
    else if (own_of[name] != "") {
        text = own_of[name]
        gsub(/\n *\*?/, " ", text)
        gsub(/\/\* *|\*\//, "", text)
        sub(/    .*/, "", text)
        if (text ~ /^NULL is fine/) text = "frees it; NULL is fine"
        else if (text ~ /^error/) text = title
        else if (name ~ /_dialect$/) text = "the options of a dialect: " text
    } else if (text ~ /[a-z]/ && text !~ / - /) ;
    else return cut(title, 90)
    return cut(first_part(text), 90)
}

# Up to the end of the sentence, or a semicolon or colon with enough in front of it; no bracket stays open.
function first_part(text,    done_part, n) {
    while (match(text, /([^ .A-Z]\. |[^ .]\. *$|; |: |  )/)) {
        n = RSTART + (substr(text, RSTART, 1) !~ /[;: ]/)
        if (substr(text, RSTART, 2) == ": " && RSTART < 26) {                   # "[n]: start, start + step"
            done_part = done_part substr(text, 1, RSTART + 1)
            text = substr(text, RSTART + 2)
            continue
        }
        text = substr(text, 1, n - 1)
        break
    }
    text = done_part text
    while (split(text, opened, "(") > split(text, closed, ")")) if (!sub(/ *\([^(]*$/, "", text)) break
    while (split(text, opened, "[") > split(text, closed, "]")) if (!sub(/ *\[[^[]*$/, "", text)) break
    sub(/[ :;.]*$/, "", text)
    return text
}
function cut(text, most) {
    if (length(text) <= most) return text
    text = substr(text, 1, most - 2)
    sub(/ [^ ]*$/, " ..", text)
    if (split(text, opened, "(") > split(text, closed, ")")) sub(/,? \([^(]*$/, "", text)
    return text
}

# Of "gd_a, gd_b - opens; closes" what belongs to the name at `start`; what stands behind it, where that is not so.
function one_of_list(text, start, length_,    before, list, n, place, part, sentence) {
    list = substr(text, start, length_)
    n = gsub(/gd_/, "", list)
    before = substr(text, 1, start)
    sub(/[ .]*$/, "", before)
    place = 1
    while (match(before, /gd_[a-z0-9_]+,$/)) {
        before = substr(before, 1, RSTART - 1)
        sub(/ *$/, "", before)
        place++
    }
    text = substr(text, start + length_)
    if (n + place == 2) return text
    sentence = text
    if (match(sentence, /[^ .A-Z]\.( |$)/)) sentence = substr(sentence, 1, RSTART)
    return split(sentence, part, /; +/) == n + place - 1 ? part[place] : text
}

# ---- The lines of a comment -----------------------------------------------------------------------------------------

# lines(text) - how many it has.  line_of[i]: the line; begins[i]: whether a paragraph begins there, after an empty line or
# with an explanation of names, "gd_a, gd_b - .."; kept[i]: whether it stays as it is, less margin[i] blanks, as formulas,
# programs and tables do.  Others are filled.
function explains(line) { return line ~ /^(gd|GD)_[A-Za-z0-9_]+[^ ,]*(, (gd|GD)_[A-Za-z0-9_]+)* - / }
function indent(line) { return match(line, /[^ ]/) - 1 }

function lines(text,    n, first, last) {
    n = split(text, line_of, "\n")
    for (first = 1; first <= n; first++) sub(/ *$/, "", line_of[first])
    for (first = 1; first <= n; first = last + 1) {
        last = first
        if (line_of[first] == "") continue
        while (last < n && line_of[last + 1] != "" && !explains(line_of[last + 1])) last++
        paragraph(first, last)
    }
    return n
}

# Kept are indented lines, and those with columns.  But where all lines behind the first of an explanation are indented,
# that is its shape, and only what is indented further is kept.
function paragraph(first, last,    i, k, hang) {
    hang = explains(line_of[first]) ? 99 : 0
    for (i = first + 1; i <= last; i++) if (indent(line_of[i]) < hang) hang = indent(line_of[i])
    for (i = first; i <= last; i++) {
        begins[i] = i == first
        kept[i] = line_of[i] ~ /[^ .]   +[^ ]/ || indent(line_of[i]) > hang + (hang > 0)
    }
    for (i = first; i <= last; i++) if (kept[i] && (i == first || !kept[i - 1])) {
        margin[i] = indent(line_of[i])
        for (k = i + 1; k <= last && kept[k]; k++) if (indent(line_of[k]) < margin[i]) margin[i] = indent(line_of[k])
        while (--k > i) margin[k] = margin[i]
    }
}
