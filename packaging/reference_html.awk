# reference_html.awk - the part of reference.awk that writes the pages in HTML: one for each header, with its comments and
# declarations in their order, and index.html.  reference_text.awk writes what stands on them, reference_index.awk the
# indexes; reference.css says how they look.

function head(title, file) {
    print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">" > file
    print "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">" > file
    print "<title>" title "</title>\n<link rel=\"stylesheet\" href=\"reference.css\">\n</head>\n<body>" > file
    print "<nav><a class=\"first\" href=\"index.html\">Gradus " version "</a> <a href=\"topics.html\">By topic</a>" > file
    print "<a href=\"pytorch.html\">By the names of PyTorch</a> <a href=\"names.html\">All names</a></nav>" > file
}
function foot(file) { print "</body>\n</html>" > file; close(file) }

# The first sentence of what a header says of itself.
function in_a_sentence(h,    text) {
    text = about[h]
    sub(/\n *\n.*/, "", text)
    gsub(/\n */, " ", text)
    sub(/^[a-z_]+\.h - /, "", text)
    if (match(text, /([^ A-Z]|[A-Za-z][A-Z])\.( |$)/))                         # not behind "A. Vaswani"
        text = substr(text, 1, RSTART - 2 + index(substr(text, RSTART), "."))
    return text
}

function write_html(    h) {
    for (h = 1; h <= header_count; h++) write_header(headers[h])
    write_first_page()
    html_indexes()
}

function write_header(h,    file, k, n, i, text, part) {
    file = out "/" page(h)
    head(h " - Gradus " version, file)
    print "<h1>" h "</h1>" > file
    text = about[h]
    sub(/^[a-z_]+\.h - /, "", text)
    html_text(toupper(substr(text, 1, 1)) substr(text, 2), file, h)
    if (blocks[h] == 0) {                                            # its text is what it includes
        print "<table class=\"two\">" > file
        n = split(includes[h], part, " ")
        for (i = 1; i <= n; i++)
            print "<tr><td>" link(part[i]) "</td><td>" linked(in_a_sentence("gradus/" part[i])) "</td></tr>" > file
        print "</table>" > file
    }
    write_contents(h, file)
    if (example[h] != "") print "<h2 id=\"example\">Example</h2>\n<pre>" code(example[h]) "</pre>" > file
    columns = ""
    if (order[h, 1] == "block") print "<h2>Declarations</h2>" > file
    for (k = 1; k <= blocks[h]; k++) if (order[h, k] == "section") write_section(h, k, file); else write_block(h, k, file)
    foot(file)
}

# The names of columns, where the text of a section is only these, stand on top of the declarations behind it.
function write_section(h, k, file) {
    print "<h2 id=\"section" k "\">" linked(block_title[h, k]) "</h2>" > file
    columns = block_comment[h, k] ~ /^ +[^\n]*\n$/ ? block_comment[h, k] : ""
    if (columns == "") html_text(block_comment[h, k], file, h)
}
function write_block(h, k, file) {
    print block_comment[h, k] != "" ? "<section class=\"described\">" : "<section>" > file
    html_text(block_comment[h, k], file, h)
    if (block_code[h, k] != "") {
        print "<pre>" (columns != "" ? "<i>   " html(columns) "</i>" : "") code(block_code[h, k], h, k) "</pre>" > file
        columns = ""
    }
    print "</section>" > file
}

# The functions of each section, under its title up to the colon, behind which formulas stand.
function write_contents(h, file,    k, n, i, part, list, begun, short) {
    list = begun = ""
    for (k = 1; k <= blocks[h]; k++) {
        if (order[h, k] == "section") {
            short = block_title[h, k]
            sub(/:.*/, "", short)
            list = list begun "<p><a href=\"#section" k "\">" html(short) "</a>"
            begun = "</p>\n"
        }
        n = split(members[h, k], part, " ")
        if (n > 0 && begun == "") { list = list "<p class=\"untitled\">"; begun = "</p>\n" }
        for (i = 1; i <= n; i++) list = list " <a href=\"#" part[i] "\">" part[i] "</a>"
    }
    if (list != "") print "<h2>Contents</h2>\n<div class=\"contents\">\n" list begun "</div>" > file
}

function write_first_page(    file, t, n, i, part) {
    file = out "/index.html"
    head("Gradus " version, file)
    print "<h1>Gradus " version "</h1>" > file
    print "<p>A small tensor library with reverse-mode automatic differentiation in C11. This is its reference, made" > file
    print "from the comments in the headers: for each function what it computes, shapes, errors, and who owns the" > file
    print "result. <a href=\"gradus.html\">gradus.h</a> includes all of them and says how a program is compiled.</p>" > file
    print "<table class=\"two\">" > file
    print "<tr><td><a href=\"topics.html\">By topic</a></td><td>every function in one line</td></tr>" > file
    print "<tr><td><a href=\"pytorch.html\">By the names of PyTorch</a></td><td>what it is called here</td></tr>" > file
    print "<tr><td><a href=\"names.html\">All names</a></td>" > file
    print "<td>" function_count " functions and " name_count " types, macros and constants</td></tr>\n</table>" > file
    for (t = 1; t <= topic_count; t++) {
        print "<h2>" html(title[t]) "</h2>\n<table class=\"two\">" > file
        n = split(topic[t], part, " ")
        for (i = 1; i <= n; i++)
            print "<tr><td><a href=\"" page(part[i]) "\">" part[i] "</a></td><td>" linked(in_a_sentence(part[i])) \
                  "</td></tr>" > file
        print "</table>" > file
    }
    foot(file)
}
