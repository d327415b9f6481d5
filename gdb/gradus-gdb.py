"""gradus-gdb.py - tensors in gdb: print and bt show what they hold, and two commands call the library.

    (gdb) print w
    $1 = gd_tensor "w" [2, 2], requires grad = {{1, 2}, {3, 4}}, grad = {{0.5, 1}, {1.5, 2}}
    (gdb) print loss
    $2 = gd_tensor [], result of gd_sum([2, 2]) = 7.5
    (gdb) gd-print w->grad              gd_print(stdout, w->grad): all about a tensor, long axes cut short
    (gdb) gd-graph loss                 gd_graph_print(stdout, loss): the steps of the backward pass

A tensor is shown whether it is a gd_tensor * or a gd_tensor; print/r shows the fields, and print/x w the address.  Only
memory is read, so that it works with a core dump too; the two commands need a process that runs.  The library need not
have been compiled with -g, the program should.

gdb loads this by itself together with the shared library, when it lies beside it as libgradus.so.0.2.0-gdb.py (of
the version in question) in a folder that gdb trusts (add-auto-load-safe-path), or below gdb's auto-load folder; make
install puts it there.  With a static library: source gradus-gdb.py."""
import gdb
import gdb.printing

MOST = 10                                   # elements of an axis that are shown
MOST_ELEMENTS = 60                          # of a tensor


def pointer_size():
    return gdb.lookup_type("void").pointer().sizeof


def read_pointer(address):
    return int(gdb.Value(address).cast(gdb.lookup_type("void").pointer().pointer()).dereference())


def text_at(address):
    return gdb.Value(address).cast(gdb.lookup_type("char").pointer()).string("utf-8", "replace") if address else None


def shape_of(tensor):
    ndim = int(tensor["ndim"])
    if not 0 <= ndim <= 8:
        raise ValueError("ndim is %d" % ndim)
    return [int(tensor["shape"][i]) for i in range(ndim)]


def shape_text(tensor):
    return "[%s]" % ", ".join(str(n) for n in shape_of(tensor))


class Node:
    """The recorded operation that made a tensor.  Programs do not know the struct (src/autograd/node.h): four pointers,
    the first to a gd_op, which begins with the name; a number of 8 bytes, the number of inputs, the inputs."""

    def __init__(self, address):
        size = pointer_size()
        self.name = text_at(read_pointer(read_pointer(address)))
        count = int(gdb.Value(address + 4 * size + 8).cast(gdb.lookup_type("int").pointer()).dereference())
        if not 0 <= count <= 1000:
            raise ValueError("a node with %d inputs" % count)
        self.inputs = [read_pointer(address + 4 * size + 8 + size + i * size) for i in range(count)]

    def __str__(self):
        tensor = gdb.lookup_type("gd_tensor").pointer()
        shapes = [named(gdb.Value(i).cast(tensor).dereference()) if i else "none" for i in self.inputs]
        return "%s(%s)" % (self.name, ", ".join(shapes))


def named(tensor):
    name = text_at(int(tensor["name"]))
    return ('"%s" ' % name if name else "") + shape_text(tensor)


def number(value):
    return "%.6g" % float(value)


def values_text(tensor):
    """{{1, 2}, {3, 4}}, with long axes cut short as gdb cuts arrays."""
    shape = shape_of(tensor)
    stride = [int(tensor["stride"][i]) for i in range(len(shape))]
    data = tensor["data"]
    left = [MOST_ELEMENTS]

    def level(axis, offset):
        if axis == len(shape):
            left[0] -= 1
            return number((data + offset).dereference())
        parts = []
        for i in range(shape[axis]):
            if i == MOST or left[0] <= 0:
                parts.append("...")
                break
            parts.append(level(axis + 1, offset + i * stride[axis]))
        return "{%s}" % ", ".join(parts)
    return level(0, 0)


class TensorPrinter:
    def __init__(self, value):
        self.address = int(value if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR else value.address or 0)
        self.value = value

    def to_string(self):
        if self.value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
            if not self.address:
                return "NULL"
            tensor = self.value.dereference()
        else:
            tensor = self.value
        try:
            text = "gd_tensor " + named(tensor)
            if int(tensor["node"]):
                text += ", result of %s" % Node(int(tensor["node"]))
            elif tensor["requires_grad"]:
                text += ", requires grad"
            text += " = " + values_text(tensor)
            if int(tensor["grad"]):
                text += ", grad = " + values_text(tensor["grad"].dereference())
            return text
        except (gdb.MemoryError, ValueError) as error:
            return "no gd_tensor at 0x%x: %s" % (self.address, error)


def tensor_printer(value):
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        kind = kind.target().strip_typedefs()
    return TensorPrinter(value) if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag == "gd_tensor" else None


class CallOnTensor(gdb.Command):
    """Calls a function of the library, function(stdout, tensor), with its type, which gdb need not know."""

    def __init__(self, command, function, text):
        self.__doc__ = text
        super().__init__(command, gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)
        self.command, self.function = command, function

    def invoke(self, expression, from_tty):
        if not expression:
            raise gdb.GdbError("%s: which tensor?  %s w->grad" % (self.command, self.command))
        tensor = gdb.parse_and_eval(expression)
        kind = tensor.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag == "gd_tensor":
            tensor = tensor.address
            kind = tensor.type
        if kind.code != gdb.TYPE_CODE_PTR or kind.target().strip_typedefs().tag != "gd_tensor":
            raise gdb.GdbError("%s: %s is no tensor" % (self.command, expression))
        if not int(tensor):
            raise gdb.GdbError("%s: %s is NULL" % (self.command, expression))
        double = tensor.dereference()["data"].type.target().strip_typedefs().sizeof == 8
        name = self.function.replace("gd_", "gd64_") if double else self.function
        out = "*(void **)&stdout"
        try:
            gdb.parse_and_eval("((void (*)(void *, void *))%s)(%s, (void *)%d)" % (name, out, int(tensor)))
            gdb.parse_and_eval("((int (*)(void *))fflush)(%s)" % out)
        except gdb.error as error:
            raise gdb.GdbError("%s: %s" % (self.command, error))


CallOnTensor("gd-print", "gd_print", "gd-print TENSOR - gd_print(stdout, TENSOR): its shape and its elements.")
CallOnTensor("gd-graph", "gd_graph_print",
             "gd-graph TENSOR - gd_graph_print(stdout, TENSOR): the steps of the backward pass from it.")
tensor_printer.name, tensor_printer.enabled = "gradus", True
gdb.printing.register_pretty_printer(None, tensor_printer, replace=True)
