#!/bin/sh
# gallery.sh - writes out/gallery.html: every picture in out/ with what the program's first lines say of it and the
# command that makes it; the pictures of the tutorial; and which programs have not been run.
#     sh demos/gallery.sh FILE.c..
mkdir -p out || exit 1

escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'; }

# head FILE - the first paragraph of its opening comment, without the name and the marks of a comment.
head_of() {
    awk '
        NR == 1 { sub(/^\/\* */, ""); sub(/^[0-9A-Za-z_]+(\.c)? *[-:] */, "") }
        NR > 1  { if ($0 !~ /^ \*/) exit; sub(/^ \* ?/, "") }
        /^ *(\*\/)?$/ { exit }
        { last = /\*\/ *$/; sub(/ *\*\/ *$/, ""); printf "%s%s", (NR > 1 ? " " : ""), $0 }
        last { exit }' "$1" | escape
}

# figure PICTURE TITLE CAPTION COMMAND
figure() {
    printf '<figure>\n<a href="%s"><img src="%s" alt="%s" loading="lazy"></a>\n' "$1" "$1" "$2"
    printf '<figcaption><b>%s</b> %s\n<code>%s</code></figcaption>\n</figure>\n' "$2" "$3" "$4"
}

page() {
    cat <<'END'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Gradus: the pictures</title>
<style>
body { font: 16px/1.45 Georgia, serif; margin: 2em auto; max-width: 76em; padding: 0 1em; color: #222; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(26em, 1fr)); gap: 2em; }
figure { margin: 0; }
img { width: 100%; border: 1px solid #ddd; }
code { display: block; margin-top: .3em; color: #555; font-size: .85em; }
h2 { margin: 2em 0 .6em; font-weight: normal; border-bottom: 1px solid #ccc; }
</style>
</head>
<body>
<h1>Gradus: the pictures</h1>
END
    folder=
    missing=
    for file in "$@"; do
        name=$(basename "$file" .c)
        found=
        for ending in png svg; do
            [ ! -f "out/$name.$ending" ] || [ -n "$found" ] || found=$name.$ending
        done
        [ -n "$found" ] || { missing="$missing $name"; continue; }
        if [ "$(dirname "$file")" != "$folder" ]; then
            [ -z "$folder" ] || echo '</main>'
            folder=$(dirname "$file")
            printf '<h2>%s</h2>\n<main>\n' "$folder"
        fi
        figure "$found" "$name" "$(head_of "$file")" "make demo-$name"
    done
    [ -z "$folder" ] || echo '</main>'
    if ls docs/tutorial/pictures/*.png >/dev/null 2>&1; then
        printf '<h2>docs/tutorial</h2>\n<main>\n'
        for picture in docs/tutorial/pictures/*.png; do
            name=$(basename "$picture" .png)
            program=docs/tutorial/programs/$name.c
            [ -f "$program" ] || continue
            figure "../$picture" "$name" "$(head_of "$program")" "make tutorial-$name"
        done
        echo '</main>'
    fi
    if [ -n "$missing" ]; then
        printf '<h2>Without a picture so far</h2>\n<p>make demo runs all of them: '
        echo "$missing" | sed 's/^ //; s/ /, /g' | tr '\n' '.'
        echo '</p>'
    fi
    printf '</body>\n</html>\n'
}

page "$@" >out/gallery.html.part && mv out/gallery.html.part out/gallery.html || exit 1
echo "out/gallery.html: $(grep -c '<figure>' out/gallery.html) pictures"
