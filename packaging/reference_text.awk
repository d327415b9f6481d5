# reference_text.awk - the part of reference.awk that writes comments and declarations as HTML.  In both, names of
# functions, types, macros and headers become links; a name gets its place, which they lead to, where it is first
# explained or declared.

function page(name) { gsub(/\//, "_", name); sub(/\.h$/, ".html", name); return name }
function html(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }

# ---- Names ----------------------------------------------------------------------------------------------------------

function home(name) { return name in where ? where[name] : name in name_where ? name_where[name] : "" }
function link(name,    h) {
    if (name ~ /\.h$/) {
        h = name == "gradus.h" ? name : "gradus/" name
        return h in known_header ? "<a href=\"" page(h) "\">" name "</a>" : name
    }
    h = home(name)
    return h == "" ? name : "<a href=\"" page(h) "#" name "\">" name "</a>"
}
function place(name, h) {
    if (home(name) != h || name in placed) return link(name)
    placed[name] = 1
    return "<b id=\"" name "\">" name "</b>"
}

# As html, with links.  h: the header whose block k declares the names that get their place here; or "".
function linked(text, h, k,    result, name, here) {
    text = html(text)
    result = ""
    while (match(text, /(gd_[a-z0-9_]+|GD_[A-Z0-9_]+|[a-z_]+\.h)/)) {
        name = substr(text, RSTART, RLENGTH)
        here = h != "" && (name in where ? in_block[name] == k : name_block[name] == k)
        result = result substr(text, 1, RSTART - 1) (here ? place(name, h) : link(name))
        text = substr(text, RSTART + RLENGTH)
    }
    return result text
}

# ---- Declarations and programs --------------------------------------------------------------------------------------

function code(text, h, k,    result, at, end) {
    result = ""
    while ((at = index(text, "/*"))) {
        result = result linked(substr(text, 1, at - 1), h, k)
        text = substr(text, at)
        end = index(text, "*/")
        if (!end) end = length(text) - 1
        result = result "<i>" linked(substr(text, 1, end + 1)) "</i>"
        text = substr(text, end + 2)
    }
    return result linked(text, h, k)
}

# ---- Comments -------------------------------------------------------------------------------------------------------

# See lines.
function html_text(text, file, h,    n, i, open, now) {
    n = lines(text)
    open = ""
    for (i = 1; i <= n; i++) {
        now = line_of[i] == "" ? "" : kept[i] ? "pre" : "p"
        if (open != "" && (now != open || begins[i])) { printf "</%s>\n", open > file; open = "" }
        if (now == "") continue
        if (open == "") printf "<%s>", now > file
        else print now == "p" && breaks(line_of[i - 1], line_of[i]) ? "<br>" : "" > file
        open = now
        printf "%s", now == "pre" ? linked(substr(line_of[i], margin[i] + 1)) : prose(line_of[i], h) > file
    }
    if (open != "") printf "</%s>\n", open > file
}
# Whether a line was ended on purpose: the next word would have found its place there.
function breaks(row, next_row,    word) {
    word = next_row
    sub(/^ */, "", word)
    sub(/ .*/, "", word)
    return length(row) + 1 + length(word) < 80
}
function prose(row, h,    names, rest, part, n, i) {
    sub(/^ */, "", row)
    names = ""
    if (explains(row)) {
        n = index(row, " - ")
        rest = substr(row, n)
        n = split(substr(row, 1, n - 1), part, ", ")
        for (i = 1; i <= n; i++) {
            match(part[i], /^[A-Za-z0-9_]+/)
            names = names (i > 1 ? ", " : "") place(substr(part[i], 1, RLENGTH), h) html(substr(part[i], RLENGTH + 1))
        }
        sub(/^ - /, " \342\200\223 ", rest)
        row = rest
    }
    row = linked(row)
    gsub(/\.  /, ". ", row)
    gsub(/:  /, ": ", row)
    gsub(/;  /, "; ", row)
    gsub(/\?  /, "? ", row)
    gsub(/ +-&gt; +/, " -\\&gt; ", row)
    gsub(/   */, "\\&emsp;", row)
    while (match(row, /`[^`]*`/))
        row = substr(row, 1, RSTART - 1) "<code>" substr(row, RSTART + 1, RLENGTH - 2) "</code>" \
              substr(row, RSTART + RLENGTH)
    return names row
}
