# reference_man.awk - the part of reference.awk that writes man pages: one for each function, and gradus.3.

function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    if (text ~ /^[.']/) text = "\\\\&" text
    return text
}

# A comment; see lines.
function man_text(text, file,    n, i, name) {
    n = lines(text)
    for (i = 1; i <= n; i++) {
        if (line_of[i] == "") continue
        if (begins[i]) print ".PP" > file
        if (kept[i]) {
            if (begins[i] || !kept[i - 1]) print (begins[i] ? "" : ".br\n") ".RS 2\n.nf" > file
            print roff(substr(line_of[i], margin[i] + 1)) > file
            if (i == n || !kept[i + 1] || begins[i + 1] || line_of[i + 1] == "") print ".fi\n.RE" > file
        } else if (begins[i] && explains(line_of[i])) {
            match(line_of[i], / - /)
            name = substr(line_of[i], 1, RSTART - 1)
            print "\\fB" roff(name) "\\fP" roff(substr(line_of[i], RSTART)) > file
        } else {
            sub(/^ */, "", line_of[i])
            print roff(line_of[i]) > file
        }
    }
}

# A prototype, parted behind commas where it is wider than a terminal.
function man_prototype(text, file,    n, i, part, line, left) {
    gsub(/\n */, " ", text)
    sub(/^static inline /, "", text)
    sub(/ *;? *$/, ";", text)
    left = index(text, "(")
    n = split(text, part, ", ")
    line = part[1]
    for (i = 2; i <= n; i++) {
        if (length(line) + length(part[i]) > 70) { print roff(line) "," > file; line = sprintf("%" left "s", "") part[i] }
        else line = line ", " part[i]
    }
    print roff(line) > file
}

function write_man(    f, name, file, k, n, part, text, h, heads, i) {
    for (f = 1; f <= function_count; f++) {
        name = functions[f]
        if (name in done) continue
        done[name] = 1
        file = out "/" name ".3"
        k = in_block[name]
        print ".\\\" Written from include/" where[name] " by packaging/reference.awk." > file
        print ".TH " name " 3 \"\" \"Gradus " version "\" \"Gradus\"\n.nh\n.ad l" > file
        print ".SH NAME\n" name " \\- " roff(summary(name)) > file
        print ".SH SYNOPSIS\n.nf\n.B #include <" where[name] ">" > file
        print "" > file
        man_prototype(proto_of[name], file)
        print ".fi\n.SH DESCRIPTION" > file
        if (own_of[name] != "") {
            text = own_of[name]
            gsub(/\/\* ?| *\*\//, "", text)
            gsub(/\n +\*/, "\n", text)
            # In a table: under the titles of its columns, which are all the text of the section.
            heads = section_text_of[name] ~ /^ +[^\n]*\n$/
            if (heads) print roff(section_of[name]) ".\n.PP" > file
            print ".nf" > file
            if (heads) print roff(substr(section_text_of[name], column_of[name] - 3)) > file
            n = split(text, part, "\n")
            for (i = 1; i < n; i++) { sub(/ *\*?$/, "", part[i]); print roff(part[i]) > file }
            print ".fi\n.PP" > file
        }
        if (comment_of[name] != "") man_text(comment_of[name], file)
        if (name in options_of) {
            print ".PP\n.nf" > file
            n = split(options_of[name], part, "\n")
            for (i = 1; i < n; i++) print roff(part[i]) > file
            print ".fi" > file
        }
        if (section_text_of[name] ~ /[A-Za-z]/ && !(heads && own_of[name] != "")) {
            print ".SS " roff(section_of[name]) > file
            man_text(section_text_of[name], file)
        }
        if (shows(example[where[name]], name)) {
            print ".SH EXAMPLE\n.nf" > file
            n = split(example[where[name]], part, "\n")
            for (i = 1; i < n; i++) print roff(part[i]) > file
            print ".fi" > file
        }
        print ".SH SEE ALSO" > file
        n = split(members[where[name], k], part, " ")
        for (i = 1; i <= n && i <= 12; i++) if (part[i] != name) print ".BR " part[i] " (3)," > file
        print ".BR gradus (3)" > file
        close(file)
    }
    file = out "/gradus.3"
    print ".\\\" Written from the headers by packaging/reference.awk." > file
    print ".TH GRADUS 3 \"\" \"Gradus " version "\" \"Gradus\"\n.nh\n.ad l" > file
    print ".SH NAME\ngradus \\- a small tensor library with reverse\\-mode automatic differentiation" > file
    print ".SH SYNOPSIS\n.nf\n.B #include <gradus.h>\n" > file
    print roff("cc program.c $(pkg-config --cflags --libs gradus)      # gradus64, gradus-debug, gradus64-debug") > file
    print ".fi" > file
    print ".SH DESCRIPTION" > file
    man_text(about["gradus.h"], file)
    print ".SH FUNCTIONS\nEach has a page of its own." > file
    for (h = 1; h <= header_count; h++) {
        text = ""
        for (f = 1; f <= function_count; f++)
            if (where[functions[f]] == headers[h]) text = text (text == "" ? "" : ", ") functions[f]
        if (text == "") continue
        print ".TP\n.B <" headers[h] ">" > file
        print roff(text) "." > file
    }
    print ".SH SEE ALSO\n.BR gradus\\-topics (3), gradus\\-pytorch (3), gradus\\-lab (1)" > file
    close(file)
    man_indexes()
}
