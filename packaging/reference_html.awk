# reference_html.awk - the part of reference.awk that writes HTML: a page for each header with its comments as they are,
# and index.html.

function page(name) { gsub(/\//, "_", name); sub(/\.h$/, ".html", name); return name }
function html(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }

# As html, with links from names of functions.
function linked(text,    done_part, name) {
    text = html(text)
    done_part = ""
    while (match(text, /(gd_[a-z0-9_]+|GD_[A-Z0-9_]+)/)) {
        name = substr(text, RSTART, RLENGTH)
        done_part = done_part substr(text, 1, RSTART - 1) link(name)
        text = substr(text, RSTART + RLENGTH)
    }
    return done_part text
}

function link(name,    h) {
    h = name in where ? where[name] : name in name_where ? name_where[name] : ""
    return h == "" ? name : "<a href=\"" page(h) "#" name "\">" name "</a>"
}

function html_text(text, file,    n, row, i, fixed, now, open) {
    n = split(text, row, "\n")
    for (i = 1; i <= n; i++) {
        if (row[i] ~ /^ *$/) { if (open) { print (fixed ? "</pre>" : "</p>") > file; open = 0 } ; continue }
        now = row[i] ~ /^   |[^.]   /
        if (open && now != fixed) { print (fixed ? "</pre>" : "</p>") > file; open = 0 }
        if (!open) { printf "%s", (now ? "<pre>" : "<p>") > file; open = 1 }
        fixed = now
        print linked(row[i]) > file
    }
    if (open) print (fixed ? "</pre>" : "</p>") > file
}

function head(title, file) {
    print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" title "</title>" > file
    print "<style>\nbody { max-width: 62em; margin: 1em auto; padding: 0 1em; font-family: sans-serif }" > file
    print "td { padding: 0.1em 1.5em 0.1em 0; vertical-align: top }" > file
    print "pre { background: #f4f4f4; padding: 0.5em; overflow: auto }\nsection { border-top: 1px solid #ccc }" > file
    print "</style>" > file
    print "</head>\n<body>" > file
}

function write_html(    h, file, k, n, part, f, i, list, name) {
    for (h = 1; h <= header_count; h++) {
        file = out "/" page(headers[h])
        head(headers[h], file)
        print "<p><a href=\"index.html\">Gradus " version "</a></p>\n<h1>" headers[h] "</h1>" > file
        html_text(about[headers[h]], file)
        if (example[headers[h]] != "")
            print "<h2 id=\"example\">Example</h2>\n<pre>" linked(example[headers[h]]) "</pre>" > file
        for (k = 1; k <= blocks[headers[h]]; k++) {
            if (order[headers[h], k] == "section") print "<h2>" linked(block_title[headers[h], k]) "</h2>" > file
            else {
                print "<section>" > file
                n = split(members[headers[h], k], part, " ")
                for (i = 1; i <= n; i++) print "<a id=\"" part[i] "\"></a>" > file
                for (i = 1; i <= name_count; i++)
                    if (name_where[names[i]] == headers[h] && name_block[names[i]] == k)
                        print "<a id=\"" names[i] "\"></a>" > file
            }
            html_text(block_comment[headers[h], k], file)
            if (block_code[headers[h], k] != "") print "<pre>" linked(block_code[headers[h], k]) "</pre>" > file
            if (order[headers[h], k] != "section") print "</section>" > file
        }
        print "</body>\n</html>" > file
        close(file)
    }
    file = out "/index.html"
    head("Gradus " version, file)
    print "<h1>Gradus " version "</h1>\n<p>" index_links() "</p>" > file
    print "<p>Below: the functions of each header, in its order.</p>" > file
    for (h = 1; h <= header_count; h++) {
        list = ""
        for (f = 1; f <= function_count; f++) {
            name = functions[f]
            if (where[name] == headers[h]) list = list "<a href=\"" page(headers[h]) "#" name "\">" name "</a>\n"
        }
        print "<h2><a href=\"" page(headers[h]) "\">" headers[h] "</a></h2>" > file
        if (list != "") print "<p>" list "</p>" > file
    }
    print "</body>\n</html>" > file
    close(file)
    html_indexes()
}
