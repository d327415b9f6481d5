#!/bin/sh
# gallery.sh - demos/gallery.sh on a tree made for it: captions, commands, links, programs without a picture; and that
# every demo of this tree has a caption.
cd "$(dirname "$0")/../.." || exit 1
here=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
say() { echo "gallery.sh: $*" >&2; exit 1; }

mkdir -p "$work/demos/chapter" "$work/out"
printf '/* 01_a - two & two < five:\n * in C.\n *\n * More. */\nint main;\n' >"$work/demos/01_a.c"
printf '/* 02_b.c - one line. */\nint main;\n' >"$work/demos/02_b.c"
printf '/* 03_c - in another folder. */\n' >"$work/demos/chapter/03_c.c"
: >"$work/out/01_a.png"
: >"$work/out/03_c.svg"
cd "$work" && sh "$here/demos/gallery.sh" demos/01_a.c demos/02_b.c demos/chapter/03_c.c >said || say "it fails"
grep -q "2 pictures" said || say "it says: $(cat said)"
page=out/gallery.html
for text in '<b>01_a</b> two &amp; two &lt; five: in C.' '<code>make demo-01_a</code>' 'src="03_c.svg"' \
            '<b>03_c</b> in another folder.' 'runs all of them: 02_b.' '<h2>demos/chapter</h2>'; do
    grep -qF "$text" $page || { cat $page >&2; say "the page lacks: $text"; }
done
if command -v python3 >/dev/null; then      # every element that opens closes, and every link leads to a file
    python3 - $page <<'END' || say "the page is not well-formed"
import html.parser, os, sys
class Page(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "img"): self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href"): assert os.path.exists(os.path.join("out", value)), value
    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
assert not page.open
END
fi

cd "$here" || exit 1
mkdir "$work/all" "$work/all/out"
for file in $(find demos -name '*.c'); do : >"$work/all/out/$(basename "$file" .c).png"; done
ln -s "$here/demos" "$work/all/demos"
cd "$work/all" && sh demos/gallery.sh $(find demos/ -name '*.c' | sort) >/dev/null || say "it fails on this tree"
without=$(grep '<figcaption>' out/gallery.html | grep -v '</b> [^ ]\{1,\} [^ ]\{1,\} ' | sed 's/.*<b>\(.*\)<\/b>.*/\1/')
[ -z "$without" ] || say "the first line has no caption in: $without"
echo "gallery.sh: $(grep -c '<figure>' out/gallery.html) demos have a caption"
