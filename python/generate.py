#!/usr/bin/env python3
"""generate.py - writes what Python must know of the headers: the last part of gradus.py (functions, structs, callbacks,
enumerations, first values of options), and the table of src/base/layout_table.h, by which the library tells where the
fields of its structs are.

    python3 python/generate.py              writes both files, where they differ
    python3 python/generate.py --check      fails where they differ

`make names` calls it.  It needs a C compiler ($CC, or cc): the preprocessor reads the headers, and a small program
prints the values of enumerations and of each gd_NAME_defaults() in float and in double."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CC = os.environ.get("CC", "cc").split()
MODULE = os.path.join(ROOT, "python", "gradus.py")
TABLE = os.path.join(ROOT, "src", "base", "layout_table.h")
NUMBERS = {"int", "int64_t", "uint64_t", "double", "gd_real"}
MARK = "# ---- Written by generate.py from the headers: do not edit"


def preprocessed():
    run = subprocess.run(CC + ["-std=c11", "-I" + os.path.join(ROOT, "include"), "-E", "-x", "c", "-"],
                         input="#include <gradus.h>\n", capture_output=True, text=True, check=True)
    kept, ours = [], False
    for line in run.stdout.split("\n"):                 # the headers of the C library are left out
        if line.startswith("# "):
            ours = "/gradus" in line
        elif ours and not line.startswith("#"):
            kept.append(line)
    text = "\n".join(kept)
    for name, value in re.findall(r"\b(GD_MAX_\w+) = (\d+)", text):      # lengths of arrays: [GD_MAX_STATES + 1]
        text = re.sub(r"\[%s( \+ 1)?\]" % name, lambda m: "[%d]" % (int(value) + bool(m.group(1))), text)
    text = re.sub(r"__attribute__ *\(\((?:[^()]|\([^()]*\))*\)\)", "", text)
    return re.sub(r"\s+", " ", text.replace("_Bool", "bool"))


def declarations(text):
    """Those at the outermost level, with the bodies of structs, enumerations and inline functions in them."""
    depth, start = 0, 0
    for i, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        function_ends = c == "}" and depth == 0 and re.match(r" *static inline", text[start:i])
        if depth == 0 and (c == ";" or function_ends):
            yield text[start:i + 1].strip(" ;")
            start = i + 1


def type_and_name(declaration, parameter=False):
    """'gd_tensor *const xs[]' is ('gd_tensor*const[]', 'xs')."""
    if "(" in declaration:
        return "function*", re.search(r"\(\*(\w+)\)", declaration).group(1)
    pattern = r"(.*?)((?:\*| |\bconst\b)*)\b(\w+)((?:\[\w*\])*)$"
    base, stars, name, array = re.match(pattern, declaration.strip()).groups()
    base = re.sub(r"\b(const|struct)\b", "", base).strip()
    stars = stars.replace(" ", "")
    if parameter and "*" not in stars.replace("*", "", 1) and base in NUMBERS and (stars or array) \
            and "const" not in declaration:
        return base + "*out", name                      # room for results
    if array and parameter:                             # numbers and structs: a pointer; pointers: an array of them
        return base + (stars + "[]" if "*" in stars else "*"), name
    if "**" in stars.replace("const", "") and "const" in stars:
        return base + "*const[]", name
    return base + stars.replace("const", "") + array, name


def fields_of(body):
    """'double lr; bool a, b;' is [('lr', 'double'), ('a', 'bool'), ('b', 'bool')]; a union is a list in the list."""
    fields = []
    for part in re.findall(r"union \{[^}]*\}|[^;{}]+(?=;)", body):
        part = part.strip()
        if part.startswith("union"):
            fields.append(fields_of(part[part.index("{") + 1:-1]))
        elif "(" in part:
            fields.append(tuple(reversed(type_and_name(part))))
        elif part:
            first, *others = part.split(",")
            kind, name = type_and_name(first)
            fields.append((name, kind))
            base = re.match(r"\w+", kind).group(0)
            fields += [tuple(reversed(type_and_name(base + " " + other))) for other in others]
    return fields


def read(text):
    found = {"functions": {}, "callbacks": {}, "structs": {}, "enums": {}, "constants": [], "defaults": {}}
    for d in declarations(text):
        if m := re.match(r"(?:typedef )?struct (\w+) \{(.*)\}( \w+)?$", d):
            found["structs"][m.group(1)] = fields_of(m.group(2))
        elif m := re.match(r"typedef enum \w* ?\{(.*)\} (\w+)$", d):
            found["enums"][m.group(2)] = re.findall(r"\b(GD_\w+)", m.group(1))
        elif m := re.match(r"enum \{(.*)\}$", d):
            found["constants"] += re.findall(r"\b(GD_\w+)", m.group(1))
        elif m := re.match(r"static inline (\w+) (gd_\w+_defaults)\(void\)", d):
            found["defaults"][m.group(2)] = m.group(1)
        elif d.startswith(("static", "extern")) or "{" in d:
            continue
        elif m := re.match(r"typedef (\w+) (gd_\w+)$", d):
            if m.group(1) in found["structs"]:
                found["structs"][m.group(2)] = found["structs"][m.group(1)]
        elif m := re.match(r"(typedef )?([\w *]*?)(gd_\w+)\((.*)\)$", d):
            if "..." in m.group(4) or "(" in m.group(4):
                continue                                # gd_fail, gd_on_error: gradus.py has its own
            parameters = [] if m.group(4) == "void" else [type_and_name(p, True) for p in m.group(4).split(",")]
            result = type_and_name(m.group(2) + " result")[0]
            found["callbacks" if m.group(1) else "functions"][m.group(3)] = (result, parameters)
    return found


def leaves(fields):
    for field in fields:
        yield from leaves(field) if isinstance(field, list) else [field]


def values(found):
    """What C says: enumerators, constants, and the fields of defaults that are not 0, for both kinds."""
    lines = ['printf("%s %%d\\n", (int)%s);' % (e, e) for es in found["enums"].values() for e in es]
    lines += ['printf("%s %%d\\n", (int)%s);' % (c, c) for c in found["constants"]]
    for function, struct in found["defaults"].items():
        lines.append("{ %s o = %s();" % (struct, function))
        for name, kind in leaves(found["structs"][struct]):
            m = re.match(r"(\w+)\[(\d+)\]$", kind)
            for place in ["%s[%d]" % (name, i) for i in range(int(m.group(2)))] if m else [name]:
                if (m.group(1) if m else kind) in ("double", "bool", "int", "int64_t", "uint64_t", "char") \
                        or kind in found["enums"]:
                    lines.append('if (o.%s != 0) printf("%s.%s %%.17g\\n", (double)o.%s);'
                                 % (place, function, place, place))
        lines.append("}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "values.c"), os.path.join(folder, "values")
        with open(source, "w") as file:
            file.write("#include <gradus.h>\nint main(void)\n{\n%s\nreturn 0;\n}\n" % "\n".join(lines))
        for kind in [], ["-DGD_DOUBLE"]:                # without the library: only inline functions are called
            subprocess.run(CC + ["-std=c11", "-O1", "-I" + os.path.join(ROOT, "include"), *kind, source, "-o", program,
                                 "-Wl,--unresolved-symbols=ignore-all"], check=True)
            out = subprocess.run([program], capture_output=True, text=True, check=True).stdout
            results.append(dict(line.split(" ") for line in out.splitlines()))
    return results


def wrapped(words, width=116):
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > width:
            lines.append(line.rstrip())
            line = ""
        line += word + " "
    return "\n".join(lines + [line.rstrip()])


def shown(fields):
    return ["(" + "|".join("%s %s" % f for f in field) + ");" if isinstance(field, list) else "%s %s;" % field
            for field in fields]


def number(text):
    value = float(text)
    return text if text in ("inf", "nan") else repr(int(value)) if value == int(value) else repr(value)


def entry(words):
    """A line of a table; what does not fit on it goes on in the next ones, which are indented."""
    return wrapped(words).replace("\n", "\n    ")


def module_part(found):
    single, double = values(found)
    with open(os.path.join(ROOT, "include", "gradus", "version.h")) as file:
        version = re.search(r'GD_VERSION "(.*)"', file.read()).group(1)
    enumerators = [e for es in found["enums"].values() for e in es] + found["constants"]
    text = [MARK, '', 'VERSION = "%s"' % version, '',
            'ENUMS = """', wrapped(found["enums"]), '"""', '',
            'CONSTANTS = """', wrapped("%s=%s" % (e[3:], single[e]) for e in enumerators), '"""', '',
            'STRUCTS = """']
    text += [entry([name + ":"] + " ".join(shown(fields)).split(" ")) for name, fields in found["structs"].items()]
    text += ['"""', '', '# Fields that are not 0; where float and double differ, float/double.', 'DEFAULTS = """']
    for function, struct in found["defaults"].items():
        pairs = []
        for key in single:
            if key.startswith(function + "."):
                a, b = number(single[key]), number(double[key])
                pairs.append("%s=%s" % (key[len(function) + 1:], a if a == b else a + "/" + b))
        text.append(entry([function, struct] + pairs))
    text += ['"""', '']
    for table in "callbacks", "functions":
        text.append(table.upper() + ' = """')
        for name, (result, parameters) in sorted(found[table].items()):
            text.append(entry(("%s: %s -> %s" % (name, ", ".join("%s %s" % p for p in parameters), result)).split(" ")))
        text += ['"""', '']
    return "\n".join(text + ["_load_default()", ""])


def layout_table(found):
    rows = []
    for name, fields in found["structs"].items():
        names = [f[0] for f in leaves(fields)]
        rows.append('    { "%s", sizeof(%s),\n      "%s",\n      { %s } },' % (
            name, name, wrapped((n + "," for n in names), 105).rstrip(",").replace("\n", ' "\n      "'),
            wrapped(("offsetof(%s, %s)," % (name, f) for f in names), 105).rstrip(",").replace("\n", "\n        ")))
    most = max(len(list(leaves(f))) for f in found["structs"].values())
    return ("/* layout_table.h - for layout.c: the public structs, the names of their fields, and where these are.\n"
            " * Written by python/generate.py from the headers, which `make names` calls: do not edit. */\n"
            "enum { MOST_FIELDS = %d };\n\n"
            "typedef struct struct_layout {\n"
            "    const char *name;\n"
            "    size_t      size;\n"
            "    const char *fields;                     /* their names, in the order of the offsets */\n"
            "    uint16_t    offset[MOST_FIELDS];\n"
            "} struct_layout;\n\n"
            "static const struct_layout struct_layouts[] = {\n%s\n};\n" % (most, "\n".join(rows)))


def main():
    found = read(preprocessed())
    if len(found["functions"]) < 400 or len(found["structs"]) < 50:
        sys.exit("generate.py: too few functions or structs were found")
    with open(MODULE) as file:
        whole = file.read()
    wanted = {MODULE: whole[:whole.index(MARK)] + module_part(found), TABLE: layout_table(found)}
    for path, text in wanted.items():
        old = open(path).read() if os.path.exists(path) else None
        if old != text:
            if "--check" in sys.argv:
                sys.exit("%s does not fit the headers: run make names" % os.path.relpath(path, ROOT))
            with open(path, "w") as file:
                file.write(text)


if __name__ == "__main__":
    main()
