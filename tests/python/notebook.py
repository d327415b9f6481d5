"""notebook.py [--write] NOTEBOOK - executes a notebook, and compares what its cells print with what it has stored; or
stores that.  Pictures are drawn, but not stored: the chapter has them.  Needs jupyter's nbconvert and a kernel."""
import os
import sys

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor


def printed(cell):
    return "".join(o["text"] for o in cell.get("outputs", []) if o["output_type"] == "stream")


def main():
    path = sys.argv[-1]
    stored = nbformat.read(path, as_version=4)
    new = nbformat.read(path, as_version=4)
    ExecutePreprocessor(timeout=60, kernel_name="python3").preprocess(
        new, {"metadata": {"path": os.environ.get("NOTEBOOK_FOLDER", ".")}})
    failed = 0
    for old_cell, new_cell in zip(stored.cells, new.cells):
        if new_cell.cell_type != "code":
            continue
        pictures = [o for o in new_cell.outputs if o["output_type"] == "execute_result" and "image/png" in o["data"]]
        if "Image(" in new_cell.source and not pictures:
            sys.exit("%s: no picture was drawn" % path)
        if "--write" in sys.argv:
            old_cell.outputs = [o for o in new_cell.outputs if o["output_type"] == "stream"]
        elif printed(old_cell) != printed(new_cell):
            print("%s: a cell prints\n%sinstead of\n%s" % (path, printed(new_cell), printed(old_cell)), file=sys.stderr)
            failed = 1
    if "--write" in sys.argv:
        nbformat.write(stored, path)
    sys.exit(failed)


if __name__ == "__main__":
    main()
