# reference_index.awk - the part of reference.awk with the examples of the headers and the indexes: by topic (-v topics: a
# file with lines "Title: header header .."), by the names of PyTorch (-v pytorch: docs/pytorch-names.md), of all names.
# -v examples: the folder with NAME.c for gradus/NAME.h.

# ---- Reading --------------------------------------------------------------------------------------------------------

function complain(text) { print text > "/dev/stderr"; failed = 1 }

function read_index(    line, part, n, h, i, path) {
    for (h = 1; h <= header_count; h++) {
        path = headers[h]
        sub(/.*\//, examples "/", path)
        sub(/\.h$/, ".c", path)
        while ((getline line < path) > 0) example[headers[h]] = example[headers[h]] line "\n"
        close(path)
        known_header[headers[h]] = 1
    }
    while ((getline line < topics) > 0) {
        if (line ~ /^#/) continue
        title[++topic_count] = line
        sub(/:.*/, "", title[topic_count])
        sub(/^[^:]*: */, "", line)
        n = split(line, part, " ")
        for (i = 1; i <= n; i++) {
            h = "gradus/" part[i] ".h"
            if (!(h in known_header)) complain(topics ": there is no " h)
            if (h in topic_of) complain(topics ": " h " has two topics")
            topic_of[h] = topic_count
            topic[topic_count] = topic[topic_count] " " h
        }
    }
    for (h = 1; h <= header_count; h++)
        if (headers[h] != "gradus.h" && !(headers[h] in topic_of)) complain(topics ": " headers[h] " has no topic")
    read_pytorch()
}

# Tables of docs/pytorch-names.md: torch name and function; function and what there is instead; header and the same.
function read_pytorch(    line, cell, n, table, name, last) {
    while ((getline line < pytorch) > 0) {
        if (line ~ /^\|---/) { table++; last = ""; continue }
        if (line !~ /^\| `/) continue
        n = split(line, cell, / *\| */)
        gsub(/`/, "", cell[2])
        if (table == 1) {
            gsub(/`/, "", cell[3])
            if (tolower(cell[2]) < last) complain(pytorch ": " cell[2] " is not in alphabetical order")
            last = tolower(cell[2])
            torch[++torch_count] = cell[2]
            torch_function[torch_count] = name = cell[3]
            torch_note[torch_count] = cell[4]
            by_torch[name] = 1
        } else {
            gsub(/`/, "", cell[3])
            name = cell[2]
            if (table == 2) { none[++none_count] = name; none_note[none_count] = cell[3]; by_torch[name] = 1 }
            else { without["gradus/" name] = cell[3]; continue }
        }
        if (!(name in where)) complain(pytorch ": no header declares " name)
    }
    for (f = 1; f <= function_count; f++) {
        name = functions[f]
        if (!(name in by_torch) && !(where[name] in without) && name !~ /_(defaults|dialect|apply)$/ && !is_inline(name))
            complain(pytorch ": " name " is missing")
    }
    if (torch_count < 300) complain(pytorch ": only " torch_count + 0 " names are seen")
}
function is_inline(name) { return proto_of[name] ~ /^static inline/ }

# Whether the program calls the function.
function shows(program, name) { return program ~ ("(^|[^a-z0-9_])" name "\\(") }

# ---- Man pages ------------------------------------------------------------------------------------------------------

function man_head(name, what, file) {
    print ".\\\" Written from the headers by packaging/reference.awk." > file
    print ".TH " toupper(name) " 3 \"\" \"Gradus " version "\" \"Gradus\"\n.nh\n.ad l" > file
    print ".SH NAME\n" roff(name) " \\- " what > file
}

function man_indexes(    file, t, n, part, i, f, k, last) {
    file = out "/gradus-topics.3"
    man_head("gradus-topics", "the functions of Gradus by topic", file)
    for (t = 1; t <= topic_count; t++) {
        print ".SH " toupper(title[t]) > file
        n = split(topic[t], part, " ")
        for (i = 1; i <= n; i++) {
            print ".SS <" part[i] ">" > file
            for (f = 1; f <= function_count; f++)
                if (where[functions[f]] == part[i])
                    print ".TP\n.BR " functions[f] " (3)\n" roff(summary(functions[f])) > file
        }
    }
    print ".SH SEE ALSO\n.BR gradus (3), gradus\\-pytorch (3)" > file
    close(file)
    file = out "/gradus-pytorch.3"
    man_head("gradus-pytorch", "functions of PyTorch, and those of Gradus that correspond to them", file)
    print ".SH NAMES" > file
    for (k = 1; k <= torch_count; k++) {
        if (torch[k] != last) print ".TP\n.B " roff(torch[k]) > file
        else print ".br" > file
        last = torch[k]
        print torch_function[k] "(3)" (torch_note[k] != "" ? "  (" roff(torch_note[k]) ")" : "") > file
    }
    print ".SH WITHOUT A NAME OF THEIR OWN IN PYTORCH" > file
    for (k = 1; k <= none_count; k++) print ".TP\n.BR " none[k] " (3)\n" roff(none_note[k]) > file
    print ".SH SEE ALSO\n.BR gradus (3), gradus\\-topics (3)" > file
    close(file)
}

# ---- HTML -----------------------------------------------------------------------------------------------------------

function html_indexes() { html_topics(); html_pytorch(); html_names() }

function html_topics(    file, t, n, part, i, f) {
    file = out "/topics.html"
    head("By topic - Gradus " version, file)
    print "<h1>By topic</h1>" > file
    for (t = 1; t <= topic_count; t++) {
        print "<h2>" html(title[t]) "</h2>" > file
        n = split(topic[t], part, " ")
        for (i = 1; i <= n; i++) {
            print "<h3><a href=\"" page(part[i]) "\">" part[i] "</a></h3>" > file
            print "<p class=\"lead\">" linked(in_a_sentence(part[i])) "</p>\n<table class=\"two\">" > file
            for (f = 1; f <= function_count; f++)
                if (where[functions[f]] == part[i])
                    print "<tr><td>" link(functions[f]) "</td><td>" linked(summary(functions[f])) "</td></tr>" > file
            print "</table>" > file
        }
    }
    foot(file)
}

# Where a narrow page may part a long name: behind its dots, or its underscores, but not in what a link leads to.
function parted(text, at,    before) {
    if (match(text, /^<[^>]*>/)) { before = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1) }
    gsub(at, "&<wbr>", text)
    return before text
}

function html_pytorch(    file, k, last) {
    file = out "/pytorch.html"
    head("By the names of PyTorch - Gradus " version, file)
    print "<h1>By the names of PyTorch</h1>\n<table class=\"three\">" > file
    print "<tr><th>PyTorch</th><th>Gradus</th><th></th></tr>" > file
    for (k = 1; k <= torch_count; k++) {
        print "<tr><td>" (torch[k] == last ? "" : "<code>" parted(torch[k], "\\.") "</code>") "</td><td>" \
              parted(link(torch_function[k]), "_") "</td><td>" linked(torch_note[k]) "</td></tr>" > file
        last = torch[k]
    }
    print "</table>\n<h2>Without a name of their own in PyTorch</h2>\n<table class=\"two\">" > file
    for (k = 1; k <= none_count; k++) print "<tr><td>" link(none[k]) "</td><td>" linked(none_note[k]) "</td></tr>" > file
    print "</table>\n<h2>Whole headers</h2>\n<table class=\"two\">" > file
    for (k = 1; k <= header_count; k++) if (headers[k] in without)
        print "<tr><td><a href=\"" page(headers[k]) "\">" headers[k] "</a></td><td>" linked(without[headers[k]]) \
              "</td></tr>" > file
    print "</table>" > file
    foot(file)
}

# Under the letter behind gd_ or GD_.
function html_names(    file, f, k, n, letter, last) {
    file = out "/names.html"
    head("All names - Gradus " version, file)
    print "<h1>All names</h1>" > file
    n = 0
    for (f = 1; f <= function_count; f++) list_of[++n] = functions[f]
    for (f = 1; f <= name_count; f++) list_of[++n] = names[f]
    sort_names(n)
    for (k = 1; k <= n; k++) {
        letter = toupper(substr(list_of[k], 4, 1))
        if (letter != last) print (last == "" ? "" : "</div>\n") "<h2>" letter "</h2>\n<div class=\"letters\">" > file
        last = letter
        print link(list_of[k]) > file
    }
    print "</div>" > file
    foot(file)
}

# By insertion from the front, whose names are in order already within each header.
function sort_names(n,    i, k, name) {
    for (i = 2; i <= n; i++) {
        name = list_of[i]
        for (k = i - 1; k >= 1 && tolower(list_of[k]) > tolower(name); k--) list_of[k + 1] = list_of[k]
        list_of[k + 1] = name
    }
}
