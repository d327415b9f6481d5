"""gradus.py - Gradus from Python: this one file, ctypes and the shared library; nothing to build or install.

    import gradus as gd                         # float; gd64 = gradus.double is the same in double

    x = gd.requires_grad(gd.tensor([[1.0, 2.0], [3.0, 4.0]]))
    y = gd.sum(gd.square(x))                    # operators work too: gd.sum(x * x)
    gd.backward(y)
    x.grad.numpy()                              # an array that looks at the same memory

Functions have the names, the order of arguments and the comments of the headers, without gd_: gd_matmul is gd.matmul,
help(gd.matmul) shows its declaration.  What differs:

  - A failure is an exception, gradus.Error, with the library's message; a warning is a Python warning.
  - A shape is a number, a tuple or a list.  Lists of tensors bring their length along, and results in arrays are
    returned: dx, dy = gd.grad(z, None, [x, y], False).  Text for a FILE is returned: print(gd.graph_print(y)).
  - Options may be given by name, from their defaults: gd.adam(net, lr=0.01), or gd.adam(net, gd.adam_options(lr=0.01)).
  - Structs are classes: gd.batch(), gd.linear_new(net, "hidden", 784, 256).weight.
  - A Python function may be passed as a callback; the context is left out: gd.gradcheck(f, [x]).
  - with gd.scope(): is GD_SCOPE, with gd.no_grad(): is GD_NO_GRAD.  A tensor that is used after its scope, model or
    loader has ended is an Error.  What is made outside of any scope stays until gd.shutdown().
  - Models, optimizers, plots, .. are freed when nothing refers to them any more, or by their method close().

Memory is shared with NumPy, both ways, without copying.  t.numpy(), numpy.asarray(t) and DLPack give arrays that cannot
be written to, as the library could not notice (gd.assign(t, ..) writes).  gd.wrap(a) is a tensor in the memory of the
array a, which must be contiguous and of the library's number type; gd.tensor(a) copies whatever a is.  When a scope
ends while an array still looks at a tensor of it, its memory stays until the scope around it ends, and a warning says
so; a model in this state is not freed."""
import ctypes
import numbers
import operator
import os
import sys
import threading
import warnings
import weakref
from ctypes import POINTER, byref, c_bool, c_char, c_char_p, c_double, c_float, c_int, c_void_p


class Error(Exception):
    """A call failed; the text is the library's message."""


NUMBERS = {"int": c_int, "unsigned": ctypes.c_uint, "int64_t": ctypes.c_int64, "uint64_t": ctypes.c_uint64,
           "size_t": ctypes.c_size_t, "uint8_t": ctypes.c_uint8, "double": c_double, "bool": c_bool, "char": c_char}
INFINITY = float("inf")
NATIVE = "<" if sys.byteorder == "little" else ">"
OWN = {"gd_abort", "gd_clear_error", "gd_last_error", "gd_wrap", "gd_shutdown", "gd_item", "gd_record",
       "gd_generator_use", "gd_optimizer_new", "gd_optimizer_group"}    # here in another way, or not for Python
INDEPENDENT = {"gd_params_copy"}                        # of what they were made from
OUTLIVES = {"gd_register_hook", "gd_register_post_hook", "gd_lr_custom", "gd_recomputed"}   # keep the callback


# ---- Who owns a tensor, and whether it is still there -----------------------------------------------------------

class Owner:
    """What the memory of tensors ends with: the program, a scope, or (Handle) a model, a loader, .."""

    def __init__(self, ended):
        self.alive, self.ended = True, ended            # ended: the end of a message
        self.arenas = set()                             # addresses, under which Library._owners has this owner
        self.kept = []                                  # arrays whose memory tensors of this owner use
        self.exports = weakref.WeakSet()                # through which arrays look at tensors of this owner

    def own(self, owners, arena):
        owners[arena] = self
        self.arenas.add(arena)

    def end(self, owners=None):
        self.alive, self.kept = False, []
        for arena in self.arenas:
            if owners is not None and owners.get(arena) is self:
                del owners[arena]
        self.arenas = set()


class Export:
    """What NumPy keeps as the base of an array, so that one can tell whether there still are arrays."""

    def __init__(self, tensor):
        code = "%sf%d" % (NATIVE, ctypes.sizeof(tensor._gd.real))
        tensor._check("numpy")
        self.tensor = tensor
        size = ctypes.sizeof(tensor._gd.real)
        self.__array_interface__ = {"version": 3, "typestr": code, "shape": tensor.shape,
                                    "data": (tensor._raw.data or tensor._pointer, True),
                                    "strides": tuple(size * s for s in tensor.strides)}
        for owner in tensor._owners:
            owner.exports.add(self)


class Scope(Owner):
    """with gd.scope(): what is made in the block ends with it."""

    def __init__(self, gd):
        super().__init__("a scope that has ended")
        self.gd, self.open = gd, 0

    def __enter__(self):
        if self.open or not self.alive:
            raise Error("gradus.scope: a scope is entered once; make another one")
        self.gd._call("gd_scope_begin")
        self.state, self.open = self.gd._state, 1
        self.state.scopes.append(self)
        self.own(self.gd._owners, self.gd._arena_now())
        return self

    def __exit__(self, *exception):
        state, gd = self.state, self.gd
        if not state.scopes or state.scopes[-1] is not self:
            raise Error("gradus.scope: another scope is open inside of this one")
        state.scopes.pop()
        around = state.scopes[-1] if state.scopes else state.program
        looked_at = len(self.exports) > 0
        if looked_at:                                   # the library closes the innermost scope only: leave it open
            if state.scopes:
                around.open += self.open
            around.exports.update(self.exports)
            around.kept += self.kept
            for arena in self.arenas:
                around.own(gd._owners, arena)
        else:
            for _ in range(self.open):
                gd._call("gd_scope_end")
        self.end(gd._owners)
        if looked_at:                                   # at the end: a warning may be an exception
            warnings.warn("gradus: a NumPy array looks at a tensor of a scope that ends: the memory stays; copy the "
                          "array, or gd.keep the tensor", ResourceWarning, stacklevel=2)


class Handle(Owner):
    """A model, an optimizer, a loader, a plot, ..: freed by close(), or when nothing refers to it any more.  Fields
    that the headers show can be read and written: adam.lr."""

    def __init__(self, gd, kind, pointer, uses):
        super().__init__("a %s that has been closed" % kind)
        self.__dict__.update(_gd=gd, _kind=kind, _pointer=pointer, _uses=uses, _struct=gd._structs.get(kind))

    def _check(self, function):
        for thing in (self, *self._uses):
            if not thing.alive:
                raise Error("gd_%s: it needs %s" % (function, thing.ended))

    def close(self):
        free = self._gd._frees.get(self._kind)
        if len(self.exports):
            raise Error("%s: a NumPy array still looks at a tensor of it" % free)
        if self.alive and free:
            self.end(self._gd._owners)
            self._gd._call(free, c_void_p(self._pointer))

    def __del__(self):
        if self.alive and not sys.is_finalizing():
            self.exports.clear()
            self.close()

    def __getattr__(self, name):                        # fields of the struct, if the headers show it
        struct = self.__dict__.get("_struct")
        if struct is None or not hasattr(struct, name):
            raise AttributeError("%s has no field %s" % (self.__dict__.get("_kind"), name))
        self._check(name)
        value = getattr(struct.from_address(self._pointer), name)
        if isinstance(value, ctypes.Structure):
            value._from = (self,)
        return value

    def __setattr__(self, name, value):
        struct = self.__dict__.get("_struct")
        if struct is not None and hasattr(struct, name):
            self._check(name)
            setattr(struct.from_address(self._pointer), name, value)
        elif "_struct" not in self.__dict__ or name in self.__dict__:
            object.__setattr__(self, name, value)       # one of the fields above
        else:
            raise AttributeError("%s has no field %s" % (self._kind, name))

    def __iter__(self):
        """for batch in loader: the minibatches of one epoch."""
        if self._kind != "gd_loader":
            raise TypeError("a %s is not a loader" % self._kind)
        batch = self._gd.batch()
        while self._gd.loader_next(self, batch):
            yield batch


class Tensor:
    """A tensor of the library.  Made by the functions of this module."""
    __slots__ = "_gd", "_pointer", "_raw", "_owners", "__weakref__"
    __array_ufunc__ = None                              # array + tensor is an error of ours, not an array of objects

    def __init__(self, gd, pointer, hint=None):
        self._gd, self._pointer = gd, pointer
        self._raw = raw = gd._tensor_struct.from_address(pointer)
        owners = gd._owners
        owner = owners.get(raw.owner)
        if owner is None:
            owner = hint or gd._state.program
            if hint is not None:                        # a model, a loader, ..: what it owns is in its arena
                owner.own(owners, raw.owner)
        self._owners = (owner,)
        if raw.base and raw.base != pointer:
            base = owners.get(gd._tensor_struct.from_address(raw.base).owner)
            if base is not None and base is not owner:
                self._owners = (owner, base)

    def _check(self, function, name="the tensor"):
        for owner in self._owners:
            if not owner.alive:
                raise Error("gd_%s: %s belongs to %s" % (function, name, owner.ended))
        return self._pointer

    def _field(self, name):
        self._check(name)
        return getattr(self._raw, name)

    ndim = property(lambda t: t._field("ndim"))
    shape = property(lambda t: tuple(t._field("shape")[:t._raw.ndim]))
    strides = property(lambda t: tuple(t._field("stride")[:t._raw.ndim]), doc="in elements, as in the library")
    requires_grad = property(lambda t: t._field("requires_grad"))
    name = property(lambda t: (t._field("name") or b"").decode() or None)
    dtype = property(lambda t: "float%d" % (8 * ctypes.sizeof(t._gd.real)))
    T = property(lambda t: t._gd.permute(t, tuple(reversed(range(t.ndim)))))

    @property
    def grad(self):
        pointer = self._field("grad")
        return Tensor(self._gd, pointer, self._owners[0]) if pointer else None

    def numpy(self):
        import numpy
        return numpy.asarray(Export(self))

    def __array__(self, dtype=None, copy=None):
        import numpy
        return numpy.array(Export(self), dtype=dtype) if copy else numpy.asarray(Export(self), dtype=dtype)

    def __dlpack_device__(self):
        return 1, 0                                     # kDLCPU

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        if copy or dl_device not in (None, (1, 0)):
            raise BufferError("gradus: DLPack shares the tensor's own memory; no copies, no other devices")
        return _to_dlpack(self)

    def item(self):
        return self._gd._call("gd_item", c_void_p(self._check("item")))

    __float__ = item

    def __len__(self):
        if not self.ndim:
            raise TypeError("a tensor of shape () has no length")
        return self.shape[0]

    def __getitem__(self, index):
        """t[1], t[:, 2:5], t[-1, ::2]: views, by gd_select and gd_slice."""
        t, axis = self, 0
        for i in index if isinstance(index, tuple) else (index,):
            if isinstance(i, slice):
                if (i.step or 1) < 0:
                    raise Error("gd_slice: step %d must be at least 1; see gd.flip" % i.step)
                size = t.shape[axis] if axis < t.ndim else 0
                t = t._gd.slice(t, axis, i.start or 0, size if i.stop is None else i.stop, i.step or 1)
                axis += 1
            else:
                t = t._gd.select(t, axis, i)
        return t

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __repr__(self):
        if not all(owner.alive for owner in self._owners):
            return "<a tensor of %s>" % self._owners[0].ended
        return self._gd.print(self).rstrip("\n")

    def _with(self, other, tensors, number):            # an operator: with a tensor, or with a number
        if isinstance(other, Tensor):
            return tensors(self, other)
        return number(self, other) if isinstance(other, numbers.Real) else NotImplemented

    def __add__(self, o): return self._with(o, self._gd.add, lambda t, s: t._gd.shift(t, s))
    def __sub__(self, o): return self._with(o, self._gd.sub, lambda t, s: t._gd.shift(t, -s))
    def __mul__(self, o): return self._with(o, self._gd.mul, lambda t, s: t._gd.scale(t, s))
    def __truediv__(self, o): return self._with(o, self._gd.div, lambda t, s: t._gd.div(t, t._gd.scalar(s)))
    def __pow__(self, o): return self._with(o, self._gd.pow_tensor, lambda t, s: t._gd.pow(t, s))
    def __matmul__(self, o): return self._gd.matmul(self, o) if isinstance(o, Tensor) else NotImplemented
    def __neg__(self): return self._gd.neg(self)
    def __rpow__(self, o): return self._with(o, None, lambda t, s: t._gd.pow_tensor(t._gd.scalar(s), t))
    def __rsub__(self, o): return self._with(o, None, lambda t, s: t._gd.sub(t._gd.scalar(s), t))
    def __rtruediv__(self, o): return self._with(o, None, lambda t, s: t._gd.div(t._gd.scalar(s), t))
    __radd__, __rmul__ = __add__, __mul__

    def _compared(self, name, other):                   # ones and zeros, as in PyTorch
        function = getattr(self._gd, name)
        return self._with(other, function, lambda t, s: function(t, t._gd.scalar(s)))

    def __lt__(self, o): return self._compared("lt", o)
    def __le__(self, o): return self._compared("le", o)
    def __gt__(self, o): return self._compared("gt", o)
    def __ge__(self, o): return self._compared("ge", o)
    def __eq__(self, o): return self._compared("eq", o)
    def __ne__(self, o): return self._compared("ne", o)
    __hash__ = object.__hash__                          # each Tensor for itself

    def __bool__(self):
        if self._gd.numel(self) != 1:
            raise Error("gradus: a tensor %s is neither true nor false; gd.all and gd.any reduce it" % list(self.shape))
        return self.item() != 0


# ---- DLPack (dmlc/dlpack, dlpack.h, version 0.8): a capsule around a description of memory -------------------------

class DLTensor(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("device_type", c_int), ("device_id", c_int), ("ndim", c_int),
                ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
                ("shape", POINTER(ctypes.c_int64)), ("strides", POINTER(ctypes.c_int64)), ("offset", ctypes.c_uint64)]


class DLManaged(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", c_void_p), ("deleter", ctypes.CFUNCTYPE(None, c_void_p))]


_api = ctypes.pythonapi
_api.PyCapsule_New.restype, _api.PyCapsule_New.argtypes = ctypes.py_object, [c_void_p, c_char_p, c_void_p]
_api.PyCapsule_GetPointer.restype, _api.PyCapsule_GetPointer.argtypes = c_void_p, [ctypes.py_object, c_char_p]
_api.PyCapsule_SetName.argtypes = [ctypes.py_object, c_char_p]
FRESH, USED = b"dltensor", b"used_dltensor"             # names of a capsule, before and after somebody took it
_lent = {}                                              # address of a DLManaged: all that must live as long


@ctypes.CFUNCTYPE(None, c_void_p)
def _returned(address):
    _lent.pop(address, None)


@ctypes.PYFUNCTYPE(None, c_void_p)
def _dropped(capsule):                                  # nobody took it
    if ctypes.pythonapi.PyCapsule_IsValid(c_void_p(capsule), c_char_p(FRESH)):
        get = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))
        _lent.pop(get(capsule, FRESH), None)


def _to_dlpack(tensor):
    managed, n = DLManaged(), tensor.ndim
    shape, strides = (ctypes.c_int64 * n)(*tensor.shape), (ctypes.c_int64 * n)(*tensor.strides)
    numbers = POINTER(ctypes.c_int64)
    managed.tensor = DLTensor(tensor._raw.data, 1, 0, n, 2, 8 * ctypes.sizeof(tensor._gd.real), 1,
                              ctypes.cast(shape, numbers), ctypes.cast(strides, numbers))
    managed.deleter = _returned
    _lent[ctypes.addressof(managed)] = managed, shape, strides, Export(tensor)
    return _api.PyCapsule_New(ctypes.addressof(managed), FRESH, ctypes.cast(_dropped, c_void_p))


class Borrowed:
    """The memory behind a capsule; given back when nothing refers to this any more."""

    def __init__(self, capsule):
        if not _api.PyCapsule_IsValid(ctypes.py_object(capsule), c_char_p(FRESH)):
            raise Error("gd_wrap: no DLPack capsule, or one that was used before")
        self.managed = DLManaged.from_address(_api.PyCapsule_GetPointer(capsule, FRESH))
        t = self.managed.tensor
        self.shape, device = t.shape[:t.ndim], t.device_type
        self.strides = t.strides[:t.ndim] if t.strides else None
        self.address, self.code = (t.data or 0) + t.offset, ("iufOc"[t.code] if t.code < 5 else "?") + str(t.bits // 8)
        if device != 1:
            raise Error("gd_wrap: the memory is on a device of type %d; only 1, the processor's, can be used" % device)
        _api.PyCapsule_SetName(capsule, USED)
        self.capsule = capsule

    def __del__(self):
        if hasattr(self, "capsule") and self.managed.deleter:
            self.managed.deleter(ctypes.addressof(self.managed))


# ---- The library: its functions, as the tables at the end of this file describe them ---------------------------------

class State(threading.local):
    """What belongs to a thread."""

    def __init__(self, gd):                             # runs in each thread that comes to it
        self.scopes, self.messages, self.raised = [], [], None
        self.handler = ctypes.CFUNCTYPE(None, c_char_p)(self.hear)
        gd._function("gd_on_error")(self.handler)
        self.begin_program(gd)
        self.end_of_thread = EndOfThread(gd, self)

    def begin_program(self, gd):
        self.program = Owner("the program before gd.shutdown()")
        self.program.own(gd._owners, gd._arena_now())

    def hear(self, message):
        self.messages.append(message.decode("utf-8", "replace"))


class EndOfThread:
    """Goes with the State of a thread, in that thread, before the library frees what the thread has made."""

    def __init__(self, gd, state):
        self.gd, self.scopes, self.handler, self.thread = gd, state.scopes, state.handler, threading.get_ident()
        self.program = [state.program]                  # a list: gd.shutdown() begins another one

    def __del__(self):
        if sys.is_finalizing() or threading.get_ident() != self.thread:
            return
        for owner in self.program + self.scopes:
            owner.ended = "a thread that has ended"
            if len(owner.exports):
                warnings.warn("gradus: a NumPy array looks at a tensor of a thread that has ended: its memory is gone",
                              ResourceWarning)
            owner.end(self.gd._owners)
        self.gd._function("gd_on_error")(None)          # the handler goes, too


def _entries(table):
    """The lines of a table, with those that go on in the next ones."""
    return [line for line in table.replace("\n    ", " ").strip().split("\n") if line]


def _find(name):
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [os.environ["GRADUS_LIBRARY"]] if os.environ.get("GRADUS_LIBRARY") else \
        [here, os.path.join(here, "..", "build"), os.path.join(here, "..", "..", "..", "lib"), ""]
    for folder in folders:
        for file in ("lib%s.so" % name, "lib%s.so.0" % name, "lib%s.dylib" % name):
            if not folder or os.path.exists(os.path.join(folder, file)):
                try:
                    return ctypes.CDLL(os.path.join(folder, file))
                except OSError as error:
                    if folder:
                        raise ImportError("gradus: %s" % error)
    raise ImportError("gradus: lib%s.so is not in %s; GRADUS_LIBRARY names its folder"
                      % (name, ", ".join(f or "the loader's folders" for f in folders)))


class Library:
    """libgradus or libgradus64.  Its functions are made when they are first asked for."""

    def __init__(self, double=False):
        self.real, self._prefix = (c_double, "gd64_") if double else (c_float, "gd_")
        self._dll, self._double = _find("gradus64" if double else "gradus"), double
        self._owners = weakref.WeakValueDictionary()    # address of an arena: who it belongs to
        self._raised_elsewhere = []                     # exceptions of callbacks in threads of the library
        self._enums, self._structs, self._frees, self._made = set(ENUMS.split()), {}, {}, {}
        self._functions = dict(line.split(": ", 1) for line in _entries(FUNCTIONS))
        self._callbacks = dict(line.split(": ", 1) for line in _entries(CALLBACKS))
        self._constants = {name: int(value) for name, value in (pair.split("=") for pair in CONSTANTS.split())}
        for name in self._functions:
            if name.endswith(("_free", "_close")) or name == "gd_animation_end":
                self._frees[name.rsplit("_", 1)[0]] = name
        for line in _entries(STRUCTS):
            self._make_struct(*line.split(": ", 1))
        self._tensor_struct = self._structs["gd_tensor"]
        for line in _entries(DEFAULTS):
            self._set_defaults(*line.split(" "))
        self._check_library()
        self._state = State(self)

    def _function(self, name):
        try:
            return getattr(self._dll, self._prefix + name[3:])
        except AttributeError:
            raise ImportError("gradus: the library lacks %s: it is another version than %s" % (name, VERSION))

    def _arena_now(self):
        """The arena in which tensors are made now: that of one which is made for this."""
        make = self._function("gd_scalar")
        make.restype, make.argtypes = c_void_p, [c_double]
        return self._tensor_struct.from_address(make(0)).owner

    def _check_library(self):
        version, layout = self._function("gd_version"), self._function("gd_layout")
        version.restype, layout.restype = c_char_p, ctypes.c_int64
        if version().decode() != VERSION:
            raise ImportError("gradus: this is for version %s, and the library is %s" % (VERSION, version().decode()))
        for name, struct in self._structs.items():
            for field, here in [(None, ctypes.sizeof(struct))] + struct._places:
                there = layout(name.encode(), field and field.encode())
                if there != here:
                    raise ImportError("gradus: %s is %d in the library and %d here"
                                      % ("%s.%s" % (name, field) if field else "the size of " + name, there, here))

    # -- structs --

    def _ctype(self, kind):
        base, _, length = kind.partition("[")
        if length and length != "]":
            return self._ctype(base) * int(length[:-1])
        if kind == "char*":
            return c_char_p
        if kind.endswith(("*", "]")):
            return c_void_p
        return self.real if kind == "gd_real" else NUMBERS.get(kind) or self._structs.get(kind) or c_int

    def _make_struct(self, name, text):
        fields, anonymous, kinds = [], [], {}
        for part in text.rstrip(";").split("; "):
            if part.startswith("("):
                members = [tuple(m.split(" ")) for m in part[1:-1].split("|")]
                union = type("union", (ctypes.Union,), {"_fields_": [(n, self._ctype(k)) for n, k in members]})
                anonymous.append("either%d" % len(anonymous))
                fields.append((anonymous[-1], union))
                kinds.update(members)
            else:
                field, kind = part.split(" ")
                fields.append((field, self._ctype(kind)))
                kinds[field] = kind

        def init(struct, **values):
            ctypes.Structure.__init__(struct)
            ctypes.memmove(byref(struct), byref(cls._first), ctypes.sizeof(cls))
            struct._set(values)

        def set_fields(struct, values):
            for key, value in values.items():
                if key not in kinds:
                    raise TypeError("%s has no field %s" % (name, key))
                setattr(struct, key, value)

        def set_field(struct, key, value):              # a name that is misspelt is an error
            if key not in kinds and not key.startswith("_"):
                raise AttributeError("%s has no field %s" % (name, key))
            ctypes.Structure.__setattr__(struct, key, value)

        cls = type(name, (ctypes.Structure,), {"_anonymous_": anonymous, "_fields_": fields, "_from": (),
                                               "_set": set_fields, "__setattr__": set_field})
        cls._of_scope = any(kind in ("gd_tensor*", "int64_t*") or kind.startswith("gd_tensor*[") or
                            getattr(self._structs.get(kind), "_of_scope", False) for kind in kinds.values())
        cls._places = [(f, getattr(cls, f).offset) for f in kinds]
        cls._first, cls.__init__ = cls(), init
        for field, kind in kinds.items():               # tensors and callbacks are no mere addresses
            base = kind.rstrip("*")
            if name not in ("gd_tensor", "gd_optimizer", "gd_group") and (
                    kind in ("gd_tensor*", "char", "char*", "char*const[]") or kind in self._structs
                    or kind.startswith("gd_tensor*[") or base in self._callbacks or base in self._frees
                    or kind != base and base in NUMBERS):
                setattr(cls, field, self._property(name, getattr(cls, field), kind))
        cls.__repr__ = lambda s: "%s(%s)" % (name, ", ".join("%s=%s" % (f, _field(s, f)) for f in kinds))
        self._structs[name] = cls

    def _property(self, name, raw, kind):
        base = kind.partition("*")[0]

        def get(struct):
            for owner in struct._from:
                if isinstance(owner, Owner) and not owner.alive:
                    raise Error("gradus.%s: it belongs to %s" % (name[3:], owner.ended))
            value = raw.__get__(struct)
            if kind == "char*":
                return value and value.decode()
            if kind in self._structs:                   # a struct inside of this one ends with the same
                value._from = struct._from
                return value
            if kind.startswith("gd_tensor*["):
                return [Tensor(self, p) for p in value if p]
            if kind != "gd_tensor*":
                return value
            hint = next((o for o in struct._from if isinstance(o, Handle)), None)
            return Tensor(self, value, hint) if value else None

        def put(struct, value):
            if kind == "char*":
                value = _text(name, value)
            struct._from += (value,)                    # lives as long as the struct
            if kind == "char*" or kind in self._structs:
                pass
            elif kind == "char*const[]" or kind != base and base in NUMBERS:
                value = _row("%s: a field" % name, c_char_p if base == "char" else NUMBERS[base], value)
                struct._from += (value,)
                value = value if value is None else ctypes.cast(value, c_void_p).value
            elif kind == "gd_tensor*":
                if value is not None and not isinstance(value, Tensor):
                    raise TypeError("gradus.%s: a field is a %s, not a Tensor" % (name[3:], type(value).__name__))
                value = value._check(name[3:], "a field") if value is not None else None
            elif kind[:-1] in self._frees:
                value = value and value._pointer
            elif kind == "char":
                value = value.encode() if isinstance(value, str) else value
            else:
                value = ctypes.cast(self._callback(kind.rstrip("*"), value), c_void_p).value
                struct._from += (self._kept_callback,)
            raw.__set__(struct, value)

        return property(get, put)

    def _set_defaults(self, function, name, *pairs):
        struct = self._structs[name]
        first = struct.from_buffer_copy(bytes(ctypes.sizeof(struct)))
        for pair in pairs:
            place, _, value = pair.partition("=")
            value = float(value.split("/")[-1 if self._double else 0])
            field, _, index = place.partition("[")
            if index:
                getattr(first, field)[int(index[:-1])] = int(value)
            else:
                setattr(first, field, value if isinstance(getattr(first, field), float) else int(value))
        if function == name[:-len("options")] + "defaults":
            struct._first = first
        self._made[function] = lambda **values: _copied(first, values)

    # -- calls --

    def _callback(self, kind, function):
        """A C function that calls the Python function; an exception in it makes the call fail, and comes out of it."""
        parameters, _, result = self._callbacks[kind].rpartition(" -> ")
        parameters = [p.split(" ") for p in parameters.split(", ")]
        failed = {"double": float("nan")}.get(result, None if result == "void" else 0)
        of_numbers = result == "double" and any(p[0] in ("double", "int64_t") for p in parameters)

        def call(*values):
            state = self._state
            if isinstance(threading.current_thread(), threading._DummyThread):      # one of the library, for a loader
                self._function("gd_on_error")(state.handler)
            inner = Owner("a callback that has ended")
            arena = None if of_numbers else self._arena_now()
            if arena is not None and arena not in self._owners:
                inner.own(self._owners, arena)
            try:
                given, i = [], 0
                while i < len(values):
                    kind_i, value = parameters[i][0], values[i]
                    if kind_i == "gd_tensor*const[]":
                        given.append([Tensor(self, p) for p in (c_void_p * values[i + 1]).from_address(value)])
                        i += 1
                    elif kind_i == "gd_tensor*":
                        given.append(Tensor(self, value) if value else None)
                    elif kind_i.rstrip("*") in self._structs:
                        given.append(self._structs[kind_i.rstrip("*")].from_address(value))
                    elif kind_i != "void*":
                        given.append(value.decode() if isinstance(value, bytes) else value)
                    i += 1
                got = function(*given)
                if result == "gd_tensor*":
                    return got._check("function") if got is not None else 0
                return None if result == "void" else float(got) if result == "double" else bool(got)
            except BaseException as error:
                if isinstance(threading.current_thread(), threading._DummyThread):
                    self._raised_elsewhere.append(error)                # for the thread that gets the message
                else:
                    state.raised = state.raised or error
                self._function("gd_fail")(b"%s", ("%s: the Python function raised %r" % (kind, error)).encode())
                return failed
            finally:
                inner.end(self._owners)

        types = [self._ctype(p[0]) for p in parameters]
        self._kept_callback = ctypes.CFUNCTYPE(None if result == "void" else self._ctype(result), *types)(call)
        return self._kept_callback

    def _call(self, name, *arguments):
        """The bare call, with the messages that it leaves made exceptions and warnings."""
        entry = self._made.get("bare " + name)
        if entry is None:
            entry, result = self._function(name), self._functions[name].rpartition("-> ")[2]
            entry.restype = None if result == "void" else self._ctype(result)
            if result.startswith("double*"):
                entry.restype = POINTER(c_double)
            self._made["bare " + name] = entry
        state = self._state
        around, state.messages = state.messages, []     # of a call around this one, in a callback or in __del__
        try:
            value = entry(*arguments)
        finally:
            messages, state.messages = state.messages, around
        if messages:
            raised, state.raised = state.raised, None
            if raised is None and self._raised_elsewhere and any(not m.startswith("warning: ") for m in messages):
                raised = self._raised_elsewhere.pop(0)
            if raised is not None:
                raise raised
            failures = [m for m in messages if not m.startswith("warning: ")]
            for message in messages:
                if message.startswith("warning: "):
                    warnings.warn(message[len("warning: "):], RuntimeWarning, stacklevel=3)
            if failures:
                raise Error(failures[0])
        return value

    def _python(self, name):
        """The Python function for a function of the library."""
        parameters, _, result = self._functions[name].rpartition(" -> ")
        parameters = [tuple(p.rsplit(" ", 1)) for p in parameters.split(", ")] if parameters else []
        asked = [p for i, p in enumerate(parameters) if not self._implied(parameters, i)]
        last = asked[-1][0] if asked and asked[-1][0].endswith("_options") else None

        def function(*arguments, **named):
            given = dict(zip((p[1] for p in asked), arguments))
            if len(arguments) > len(asked):
                raise TypeError("gradus.%s takes %d arguments, %d were given" % (name[3:], len(asked), len(arguments)))
            for key in [k for k in named if any(k == p[1] for p in asked)]:
                given[key] = named.pop(key)
            if last and asked[-1][1] not in given:
                given[asked[-1][1]] = self._structs[last](**named)
            elif named:
                raise TypeError("gradus.%s has no argument %s" % (name[3:], ", ".join(named)))
            missing = [p[1] for p in asked if p[1] not in given]
            if missing:
                raise TypeError("gradus.%s: %s missing" % (name[3:], ", ".join(missing)))
            return _Call(self, name, parameters, result).run(given)

        function.__name__ = function.__qualname__ = name[3:]
        function.__doc__ = "%s%s(%s)\n\nSee the comment in the headers." % (
            result + ("" if result.endswith("*") else " "), name, ", ".join("%s %s" % p for p in parameters))
        return function

    @staticmethod
    def _implied(parameters, i):
        """Arguments that Python does not give: a context, a file for text, the length of a list, room for results."""
        kind, name = parameters[i]
        before = parameters[i - 1] if i else ("", "")
        after_list = before[0].endswith(("*const[]", "_t*", "double*", "*out")) or before[1] == "metadata"
        return kind in ("void*", "FILE*", "gd_tensor*[]", "gd_tensor**") and (kind, name) != ("void*", "options") \
            or after_list and (name == "n" or name.endswith("count"))

    def __getattr__(self, name):
        made = self._made.get("gd_" + name)
        if made is None:
            full = "gd_" + name
            if full in self._functions and full not in OWN and full not in self._frees.values() and \
                    not name.startswith(("scope_", "no_grad_", "node_", "generator_leave")):
                made = self._python(full)
            elif full in self._structs:
                made = self._structs[full]
            elif name in self._constants:
                return self._constants[name]
            else:
                raise AttributeError("Gradus has no %s for Python" % name)
            self._made[full] = made
        return made

    def __dir__(self):
        return sorted({n[3:] for n in [*self._functions, *self._structs]} | set(self._constants) | set(dir(type(self))))

    # -- what is different in Python --

    def scope(self):
        return Scope(self)

    def no_grad(self):
        return _NoGrad(self)

    def item(self, t):
        return t.item()

    def tensor(self, values):
        """A copy of numbers in nested lists, of an array, or of whatever has __array_interface__ or __dlpack__."""
        if hasattr(values, "__array_interface__") and "numpy" in sys.modules:
            return self._tensor_of_array(sys.modules["numpy"].asarray(values))
        shape, row = _flat(values)
        copy = (self.real * max(1, len(row)))(*row)
        for given, stored in zip(row, copy):
            if abs(stored) == INFINITY > abs(given):
                raise Error("gd_from: %r is beyond the largest number of this library" % given)
        return Tensor(self, self._call("gd_from", self._shape(shape), copy))

    def _tensor_of_array(self, array):
        import numpy
        if array.dtype.kind not in "fiub":
            raise Error("gd_from: an array of type %s has no numbers of this library" % array.dtype)
        with numpy.errstate(over="ignore"):
            copy = numpy.ascontiguousarray(array, dtype="f%d" % ctypes.sizeof(self.real))
        if array.dtype.kind == "f" and (numpy.isinf(copy) & numpy.isfinite(array.reshape(copy.shape))).any():
            raise Error("gd_from: an element is beyond the largest number of this library")
        return Tensor(self, self._call("gd_from", self._shape(array.shape), c_void_p(copy.ctypes.data)))

    def wrap(self, array):
        """A tensor in the memory of the array, which has __array_interface__ or __dlpack__; it is kept as long as the
        tensor may be used."""
        size = ctypes.sizeof(self.real)
        if hasattr(array, "__array_interface__"):
            i = array.__array_interface__
            shape, strides, (address, fixed) = i["shape"], i.get("strides"), i["data"]
            code = i["typestr"].lstrip(NATIVE + "|=")
            strides = strides and [s / size for s in strides]
        else:
            array = Borrowed(array.__dlpack__())
            shape, strides, code, address, fixed = array.shape, array.strides, array.code, array.address, False
        if code != "f%d" % size:
            raise Error("gd_wrap: the array is of type %s, and this library's numbers are f%d: gd.tensor copies it"
                        % (code, size))
        if fixed:
            raise Error("gd_wrap: the array cannot be written to: gd.tensor copies it")
        if address and address % size:
            raise Error("gd_wrap: the array is not aligned: gd.tensor copies it")
        if 0 in shape:
            strides = None
        step = 1
        for n, stride in zip(reversed(shape), reversed(strides or [])):
            if n > 1 and stride != step:
                raise Error("gd_wrap: the array %s is not contiguous: gd.tensor copies it" % (list(shape),))
            step *= n
        t = Tensor(self, self._call("gd_wrap", self._shape(shape), c_void_p(address)))
        t._owners[0].kept.append(array)
        return t

    def shutdown(self):
        state = self._state
        if state.scopes:
            raise Error("gd_shutdown: %d scopes are open" % len(state.scopes))
        if len(state.program.exports):
            raise Error("gd_shutdown: a NumPy array still looks at a tensor of the program")
        self._call("gd_shutdown")
        state.program.end(self._owners)
        state.begin_program(self)
        state.end_of_thread.program[0] = state.program

    def optimizer_group(self, optimizer, prefix=None, options=None):
        """gd_optimizer_group: options as the constructor takes them; None: those of the first group."""
        optimizer._check("optimizer_group")
        expected = next((type(k.thing) for k in optimizer._uses if isinstance(k, _Kept)
                         and isinstance(k.thing, ctypes.Structure)), None)
        if options is not None and type(options) is not expected:
            raise TypeError("gradus.optimizer_group: options is a %s, and the optimizer was made with a %s"
                            % (type(options).__name__, expected.__name__ if expected else "struct of its own"))
        pointer = self._call("gd_optimizer_group", c_void_p(optimizer._pointer), _text("prefix", prefix),
                             options and byref(options))
        return Handle(self, "gd_group", pointer, (optimizer,))

    def _shape(self, sizes):
        sizes = (sizes,) if hasattr(sizes, "__index__") else tuple(sizes)
        sizes = [_whole("a size", ctypes.c_int64, n).value for n in sizes]
        shape = self._structs["gd_shape"]()
        shape.ndim = len(sizes)
        for i, n in enumerate(sizes[:len(shape.size)]):
            shape.size[i] = n
        return shape


class _NoGrad:
    """with gd.no_grad(): nothing is recorded in the block."""

    def __init__(self, gd):
        self.gd = gd

    def __enter__(self):
        self.gd._call("gd_no_grad_begin")

    def __exit__(self, *exception):
        self.gd._call("gd_no_grad_end")


class _Call:
    """One call: its arguments in the library's types, and its results in Python's."""

    def __init__(self, gd, name, parameters, result):
        self.gd, self.name, self.parameters, self.result = gd, name, parameters, result
        self.keep, self.outs, self.uses, self.nothing, self.text = [], [], [], None, None
        self.length, self.lengths = 0, []               # of the last list; name and length of each

    def run(self, given):
        gd = self.gd
        arguments = [self.argument(i, kind, name, given.get(name)) if not gd._implied(self.parameters, i)
                     else self.implied(kind, name) for i, (kind, name) in enumerate(self.parameters)]
        self.check_rooms(given)
        try:
            value = gd._call(self.name, *arguments)
        except BaseException:
            if self.text:
                self.text.read()
            raise
        if self.name in OUTLIVES:
            next((u for u in self.uses if isinstance(u, Owner)), gd._state.program).kept += self.keep
        if self.text:
            return self.text.read()
        value = self.python(value)
        if self.nothing and self.result != "void" and (value is None or value is False or value != value):
            raise Error("%s: %s is None" % (self.name, self.nothing))
        if self.outs:
            outs = [[Tensor(gd, p) for p in out] if several else Tensor(gd, out[0]) for out, several in self.outs]
            return outs[0] if self.result == "bool" else (value, *outs)
        return value

    def check_rooms(self, given):
        """Arrays whose length the library is not told."""
        if self.name == "gd_copy_out":
            needed = self.gd._call("gd_numel", c_void_p(given["t"]._pointer)) if given["t"] is not None else 0
        elif self.name in ("gd_generator_state", "gd_generator_set_state"):
            needed = 4
        elif self.name in ("gd_plot_where", "gd_plot_second_where"):
            needed = 1
        elif self.name == "gd_ctc_loss":
            t = given["log_prediction"]
            needed = t.shape[1] if t is not None and t.ndim > 1 else 0
        elif self.name == "gd_loader_new":
            options, x = given["options"], given["set"].x
            self.lengths = [("weights", len(a)) for a in options._from if isinstance(a, ctypes.Array)
                            and a._type_ is c_double][-1:]
            needed = options.rows.count or (x.shape[0] if x is not None and x.ndim else 0)
        elif self.name == "gd_from":
            needed = 1
            for n in self.gd._shape(given["shape"]).size[:max(0, self.gd._shape(given["shape"]).ndim)]:
                needed *= max(0, n)
        else:
            return
        for name, length in self.lengths:
            if length < needed:
                raise Error("%s: %s has %d elements, and %d are needed" % (self.name, name, length, needed))

    def counted(self, name, length):
        """Lists of a call that share the argument n have one length."""
        shared = [name for i, (kind, name) in enumerate(self.parameters) if self.gd._implied(self.parameters, i)
                  and kind in NUMBERS]
        if shared and self.lengths and self.length != length:
            raise Error("%s: %s has %d elements, and %s has %d"
                        % (self.name, self.lengths[0][0], self.lengths[0][1], name, length))
        self.lengths.append((name, length))
        self.length = length

    def implied(self, kind, name):
        if kind == "FILE*":
            self.text = _Text()
            return self.text.file
        if kind == "gd_tensor**" or kind == "gd_tensor*[]":
            n = 1 if kind == "gd_tensor**" else self.length ** (2 if name == "hessians" else 1)
            out = (c_void_p * n)()
            self.outs.append((out, kind != "gd_tensor**"))
            return out
        if name == "metadata_count":
            return NUMBERS[kind](self.metadata_count)
        return NUMBERS[kind](self.length) if kind in NUMBERS else None

    def argument(self, i, kind, name, value):
        gd, short = self.gd, self.name[3:]
        base = kind.rstrip("*")
        if kind == "gd_tensor*":
            if value is None:
                self.nothing = self.nothing or name
                return None
            self.must_be(value, Tensor, name)
            self.uses += value._owners
            return c_void_p(value._check(short, name))
        if kind == "gd_shape":
            return gd._shape(value)
        if kind == "gd_real":
            return gd.real(value)
        if kind == "char*":
            return _text(name, value)
        if kind == "char":
            return c_char(value.encode())
        if kind in NUMBERS:
            return _number("gradus.%s: %s" % (short, name), NUMBERS[kind], value)
        if kind in gd._enums:
            return _whole("gradus.%s: %s" % (short, name), c_int, value)
        if kind.endswith("*const[]"):
            return self.array(kind, name, value)
        if base in gd._callbacks:
            return self.kept(gd._callback(base, value))
        if name == "metadata":                          # a dictionary
            pairs = [gd._structs[base](key=k, value=v) for k, v in (value or {}).items()]
            self.metadata_count = len(pairs)
            self.keep += pairs
            return self.kept((gd._structs[base] * len(pairs))(*pairs)) if pairs else None
        if base in gd._structs and not isinstance(value, Handle):
            if value is None and kind.endswith("*"):
                return None
            self.must_be(value, gd._structs[base], name)
            for thing in value._from:
                if isinstance(thing, (Handle, Tensor)):
                    thing._check(short)
                elif isinstance(thing, Owner) and not thing.alive:
                    raise Error("%s: %s belongs to %s" % (self.name, name, thing.ended))
            self.uses += [u for u in value._from if isinstance(u, Owner)] + \
                [o for u in value._from if isinstance(u, Tensor) for o in u._owners]
            self.keep.append(value)
            return byref(value) if kind.endswith("*") else value
        if kind.endswith("*out"):
            return self.numbers(kind[:-len("*out")], name, value, True)
        if base in NUMBERS or base == "gd_real":
            return self.numbers(base, name, value, False)
        if value is None:
            return None
        self.must_be(value, Handle, name)
        if value._kind != base:
            raise TypeError("gradus.%s: %s is a %s, not a %s" % (short, name, value._kind, base))
        value._check(short)
        self.uses.append(value)
        return c_void_p(value._pointer)

    def must_be(self, value, kind, name):
        if not isinstance(value, kind):
            raise TypeError("gradus.%s: %s is a %s, not a %s"
                            % (self.name[3:], name, type(value).__name__, kind.__name__))
        if getattr(value, "_gd", self.gd) is not self.gd:
            raise TypeError("gradus.%s: %s belongs to the library for the other number type" % (self.name[3:], name))

    def kept(self, value):
        self.keep.append(value)
        return value

    def array(self, kind, name, values):
        if values is None:
            return None
        if kind == "char*const[]":
            out = (c_char_p * max(1, len(values)))(*[_text(name, v) for v in values])
        else:
            out = (c_void_p * max(1, len(values)))(*[
                a.value if a is not None else None for a in
                (self.argument(0, kind[:-len("const[]")], "%s[%d]" % (name, i), v) for i, v in enumerate(values))])
        self.counted(name, len(values))
        return self.kept(out)

    def numbers(self, base, name, values, written):
        """An array of C: of ctypes, or of NumPy and the same type, or else a copy, unless the call writes to it."""
        kind = self.gd.real if base == "gd_real" else NUMBERS[base]
        if values is None or isinstance(values, ctypes._Pointer):
            return values
        if isinstance(values, ctypes.Array):
            if values._type_ is not kind:
                raise TypeError("gradus.%s: %s is an array of %s, not of %s"
                                % (self.name[3:], name, values._type_.__name__, kind.__name__))
            self.counted(name, len(values))
            return values
        interface = getattr(values, "__array_interface__", None)
        code = "f" if kind in (c_double, c_float) else "u" if kind is ctypes.c_uint64 else "i"
        code += str(ctypes.sizeof(kind))
        if interface and interface["typestr"] == NATIVE + code and not interface.get("strides") and \
                not (written and interface["data"][1]):
            length = 1
            for n in interface["shape"]:
                length *= n
            self.counted(name, length)
            self.keep.append(values)
            return c_void_p(interface["data"][0])
        if written:
            raise TypeError("gradus.%s writes to %s: a contiguous NumPy array of type %s is needed, not a %s"
                            % (self.name[3:], name, code, type(values).__name__))
        values = [n for n in values] if hasattr(values, "__iter__") else [values]
        self.counted(name, len(values))
        return self.kept((kind * len(values))(*[_number("gradus.%s: %s" % (self.name[3:], name), kind, n).value
                                                for n in values]))

    def python(self, value):
        gd, result = self.gd, self.result
        handles = [u for u in self.uses if isinstance(u, Handle)]
        if result == "gd_tensor*":
            return Tensor(gd, value, handles[0] if handles else None) if value else None
        if result == "char*":
            return value and value.decode()
        if isinstance(value, ctypes.Structure):
            value._from = tuple(self.uses)
            if value._of_scope and not self.name.endswith("_new"):      # results, rows; layers are the model's
                value._from += (gd._state.scopes[-1] if gd._state.scopes else gd._state.program,)
        for used in self.keep:
            if isinstance(used, ctypes.Structure):
                used._from += tuple(u for u in self.uses if all(u is not f for f in used._from))
        if result.endswith("*") and not result.startswith(("double", "void")):
            if not value:
                return None
            if result[:-1] in gd._structs and result[:-1] not in gd._frees and result != "gd_group*":
                return gd._structs[result[:-1]].from_address(value)
            uses = () if self.name in INDEPENDENT else tuple(self.uses) + tuple(self.keep_alive())
            return Handle(gd, result[:-1], value, uses)
        return value

    def keep_alive(self):
        return [_Kept(k) for k in self.keep]


class _Kept:
    """Structs and callbacks that a handle uses."""
    alive, ended = True, ""

    def __init__(self, thing):
        self.thing = thing


class _Text:
    """A FILE whose text comes back as a string (POSIX: open_memstream)."""

    def __init__(self):
        self.c = ctypes.CDLL(None)
        self.c.open_memstream.restype = c_void_p
        self.buffer, self.size = c_void_p(), ctypes.c_size_t()
        self.file = c_void_p(self.c.open_memstream(byref(self.buffer), byref(self.size)))

    def read(self):
        self.c.fclose(self.file)
        text = ctypes.string_at(self.buffer.value, self.size.value).decode()
        self.c.free(self.buffer)
        return text


def _text(name, value):
    """A string of C; None is NULL."""
    if value is None:
        return None
    value = os.fspath(value)
    value = value if isinstance(value, bytes) else value.encode()
    if b"\0" in value:
        raise ValueError("gradus: %s: %r has a character 0 inside" % (name, value))
    return value


def _row(what, kind, values):
    """An array of C, a copy of numbers or of texts; pointers of the library stay what they are."""
    if values is None or isinstance(values, (ctypes._Pointer, ctypes.Array)):
        return values
    if kind is c_char_p:
        return (kind * max(1, len(values)))(*[_text(what, v) for v in values])
    return (kind * max(1, len(values)))(*[_number(what, kind, n).value for n in values])


def _whole(what, kind, value):
    """A whole number of C: ctypes would cut off what does not fit."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError("%s is a %s, not a whole number" % (what, type(value).__name__)) from None
    number = kind(value)
    if number.value != value:
        raise OverflowError("%s = %d does not fit the library's type" % (what, value))
    return number


def _number(what, kind, value):
    if kind is c_bool:
        if not isinstance(value, (bool, numbers.Integral)) and type(value).__name__ not in ("bool_", "bool"):
            raise TypeError("%s is a %s, not True or False" % (what, type(value).__name__))
        return c_bool(value)
    if kind in (c_double, c_float):
        if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
            raise TypeError("%s is a %s, not a number" % (what, type(value).__name__))
        return kind(float(value))
    return _whole(what, kind, value)


def _field(struct, name):
    try:
        return _short(getattr(struct, name))
    except Error:
        return "<ended>"


def _short(value):
    """A field's value, for the text of a struct."""
    if isinstance(value, Tensor):
        return "a tensor %s" % list(value.shape)
    return repr(value[:] if isinstance(value, ctypes.Array) else value)


def _copied(first, values):
    options = type(first).from_buffer_copy(first)
    options._set(values)
    return options


def _flat(values):
    """The shape, and the numbers in row-major order."""
    if hasattr(values, "tolist"):                       # NumPy, PyTorch, array.array
        values = values.tolist()
    elif isinstance(values, Tensor):
        return values.shape, [n for row in values for n in _flat(row)[1]] if values.ndim else [values.item()]
    if isinstance(values, (int, float)):
        return (), [float(values)]
    parts = [_flat(v) for v in values]
    shapes = {shape for shape, _ in parts}
    if len(shapes) > 1:
        raise Error("gd_from: rows of different shapes: %s" % ", ".join(str(list(s)) for s in sorted(shapes)))
    return (len(parts), *(shapes.pop() if shapes else ())), [n for _, numbers in parts for n in numbers]


def _load_default():
    global _float
    _float = Library()


def __getattr__(name):                                  # gradus.matmul, gradus.double
    if name == "double":
        globals()["double"] = Library(double=True)
        return globals()["double"]
    if name.startswith("__") or name == "_float":
        raise AttributeError(name)
    return getattr(_float, name)


def __dir__():
    return sorted(set(globals()) | set(dir(_float)) | {"double"})


# ---- Written by generate.py from the headers: do not edit

VERSION = "0.2.0"

ENUMS = """
gd_fast gd_reduction gd_interpolation gd_indexing gd_recurrence gd_dialect gd_eps_mode gd_bias_correction
gd_step_counter gd_wd_mode gd_wd_when gd_momentum_form gd_amsgrad gd_yogi_sign gd_adamax_eps gd_muon_scale
gd_line_search gd_option_kind gd_line gd_marker gd_colour gd_legend gd_average
"""

CONSTANTS = """
DONE=0 DECLINED=1 FAILED=2 MEAN=0 SUM=1 NONE=2 NEAREST=0 LINEAR=1 IJ=0 XY=1 RNN=0 RNN_RELU=1 LSTM=2 GRU=3 TORCH=0
D2L=1 KERAS=2 OPTAX=3 TFA=4 PAPER=5 D2L_TF_AS_PRINTED=6 EPS_AFTER_BC=0 EPS_INSIDE_SQRT=1 EPS_BEFORE_BC=2
EPS_AS_PRINTED=3 CORRECT_BOTH=0 CORRECT_M=1 CORRECT_V=2 CORRECT_NONE=3 PER_PARAM=0 GLOBAL=1 STAYS_ONE=2 WD_L2=0
WD_DECOUPLED=1 WD_DECOUPLED_NO_LR=2 WD_BEFORE=0 WD_AFTER=1 LR_OUTSIDE=0 LR_INSIDE=1 MOMENTUM_EMA=2 AMSGRAD_OFF=0
AMSGRAD_RAW=1 AMSGRAD_CORRECTED=2 SIGN_HARD=0 SIGN_TANH10=1 ADAMAX_EPS_IN_MAX=0 ADAMAX_EPS_ADDED=1 ADAMAX_EPS_NONE=2
MUON_ORIGINAL=0 MUON_MATCH_RMS_ADAMW=1 NO_LINE_SEARCH=0 STRONG_WOLFE=1 OPTION_REAL=0 OPTION_FLAG=1 OPTION_WHOLE=2
LINE_AUTO=0 SOLID=1 DASHED=2 DOTTED=3 DASH_DOT=4 LONG_DASH=5 NO_LINE=6 MARKER_AUTO=0 NO_MARKER=1 CIRCLE=2 SQUARE=3
TRIANGLE=4 DIAMOND=5 CROSS=6 PLUS=7 RING=8 COLOUR_AUTO=0 BLUE=1 ORANGE=2 GREEN=3 VERMILLION=4 PURPLE=5 BLACK=6 SKY=7
GREY=8 LEGEND_AUTO=0 LEGEND_NONE=1 LEGEND_TOP_RIGHT=2 LEGEND_TOP_LEFT=3 LEGEND_BOTTOM_RIGHT=4 LEGEND_BOTTOM_LEFT=5
LEGEND_OUTSIDE=6 MACRO=0 MICRO=1 WEIGHTED=2 FAST_INPUTS=4 MAX_MILESTONES=16 MAX_STATES=6 MAX_NUMBERS=4 MAX_ZEROS=4
SCALARS_BYTES=192
"""

STRUCTS = """
gd_tensor: data gd_real*; ndim int; requires_grad bool; contiguous bool; retain_grad bool; marks uint8_t; grad
    gd_tensor*; node gd_node*; slot gd_tensor*; grad_memory gd_tensor*; name char*; version uint64_t; (uses
    int64_t|path_end void*|hooks gd_hook*); numel int64_t; base gd_tensor*; owner gd_arena*; shape int64_t[8]; stride
    int64_t[8];
gd_shape: ndim int; size int64_t[8];
gd_target: data gd_real*; add bool;
gd_op: name char*; rule gd_rule*; reads uint64_t; formula char*; fast gd_fast_rule*; adds bool;
gd_gradcheck_options: eps double; rtol double; atol double;
gd_cross_entropy_options: label_smoothing double; ignore_index int64_t; reduction gd_reduction; begun bool;
gd_triplet_options: margin double; p double; eps double; swap bool; reduction gd_reduction;
gd_ctc_options: blank int64_t; zero_infinity bool; reduction gd_reduction;
gd_conv_transpose2d_options: stride int64_t[2]; padding int64_t[2]; output_padding int64_t[2]; dilation int64_t[2];
    groups int64_t;
gd_conv2d_options: stride int64_t[2]; padding int64_t[2]; dilation int64_t[2]; groups int64_t;
gd_pool2d_options: kernel int64_t[2]; stride int64_t[2]; padding int64_t[2]; count_padding bool;
gd_picked: values gd_tensor*; indices gd_tensor*;
gd_uniques: values gd_tensor*; inverse gd_tensor*; counts gd_tensor*;
gd_grids: grid gd_tensor*[8];
gd_slogdet_result: sign gd_tensor*; logabsdet gd_tensor*;
gd_qr_result: q gd_tensor*; r gd_tensor*;
gd_eigh_result: w gd_tensor*; v gd_tensor*;
gd_svd_result: u gd_tensor*; s gd_tensor*; vh gd_tensor*;
gd_params_difference: name char*; largest double; element int64_t; a double; b double;
gd_linear: weight gd_tensor*; bias gd_tensor*;
gd_conv2d_layer: weight gd_tensor*; bias gd_tensor*; options gd_conv2d_options;
gd_conv1d_layer: weight gd_tensor*; bias gd_tensor*; stride int64_t; padding int64_t; dilation int64_t; groups
    int64_t;
gd_conv_transpose2d_layer: weight gd_tensor*; bias gd_tensor*; options gd_conv_transpose2d_options;
gd_conv_transpose1d_layer: weight gd_tensor*; bias gd_tensor*; stride int64_t; padding int64_t; output_padding
    int64_t; dilation int64_t; groups int64_t;
gd_embedding_layer: weight gd_tensor*;
gd_layer_norm_layer: weight gd_tensor*; bias gd_tensor*; eps double;
gd_batch_norm_layer: weight gd_tensor*; bias gd_tensor*; running_mean gd_tensor*; running_var gd_tensor*; momentum
    double; eps double;
gd_group_norm_layer: weight gd_tensor*; bias gd_tensor*; groups int64_t; eps double;
gd_rms_norm_layer: weight gd_tensor*; eps double;
gd_dropout_layer: p double;
gd_cell: weight_ih gd_tensor*; weight_hh gd_tensor*; bias_ih gd_tensor*; bias_hh gd_tensor*;
gd_lstm_state: h gd_tensor*; c gd_tensor*;
gd_multihead: in_proj_weight gd_tensor*; in_proj_bias gd_tensor*; out_weight gd_tensor*; out_bias gd_tensor*; heads
    int64_t;
gd_objective: params gd_params*; loss gd_loss*; context void*;
gd_recurrent_options: layers int; bidirectional bool; no_bias bool; dropout double;
gd_recurrent_layer: kind gd_recurrence; in int64_t; hidden int64_t; cells gd_cell*; options gd_recurrent_options;
gd_recurrent_result: y gd_tensor*; state gd_lstm_state;
gd_attention_masks: padding gd_tensor*; scores gd_tensor*; causal bool;
gd_block_options: norm_first bool; gelu bool; dropout double;
gd_encoder_block: self_attn gd_multihead; linear1 gd_linear; linear2 gd_linear; norm1 gd_layer_norm_layer; norm2
    gd_layer_norm_layer; options gd_block_options;
gd_decoder_block: self_attn gd_multihead; multihead_attn gd_multihead; linear1 gd_linear; linear2 gd_linear; norm1
    gd_layer_norm_layer; norm2 gd_layer_norm_layer; norm3 gd_layer_norm_layer; options gd_block_options;
gd_schedule: kind int; base double; final double; steps double; gamma double; power double; peak double; start
    double; div double; linear bool; count int; milestone double[16]; warmup double; warmup_from double; period double;
    growth double; function gd_lr_function*; context void*;
gd_one_cycle_options: start double; div double; final_div double; linear bool; three_phase bool;
gd_plateau_options: factor double; threshold double; min_lr double; patience int; cooldown int; absolute bool;
gd_plateau: options gd_plateau_options; lr double; best double; bad int; cooling int;
gd_group: lr double; schedule gd_schedule; options void*; optimizer gd_optimizer*; next gd_group*; inside
    gd_group_inside*;
gd_optimizer: (lr double|first gd_group); steps int64_t; check_finite bool; algorithm gd_algorithm*; params
    gd_params*; inside gd_optimizer_inside*;
gd_sgd_options: lr double; momentum double; dampening double; nesterov bool; momentum_form gd_momentum_form;
    weight_decay double; maximize bool;
gd_adagrad_options: lr double; lr_decay double; eps double; eps_mode gd_eps_mode; init_v double; weight_decay
    double; step_counter gd_step_counter; maximize bool;
gd_rmsprop_options: lr double; rho double; eps double; eps_mode gd_eps_mode; centered bool; momentum double;
    momentum_form gd_momentum_form; init_v double; weight_decay double; maximize bool;
gd_adadelta_options: lr double; rho double; eps double; weight_decay double; maximize bool;
gd_adam_options: lr double; beta1 double; beta2 double; eps double; eps_root double; eps_mode gd_eps_mode;
    bias_correction gd_bias_correction; amsgrad gd_amsgrad; weight_decay double; wd_mode gd_wd_mode; wd_when gd_wd_when;
    step_counter gd_step_counter; maximize bool;
gd_adamw_options: lr double; beta1 double; beta2 double; eps double; eps_root double; eps_mode gd_eps_mode;
    bias_correction gd_bias_correction; amsgrad gd_amsgrad; weight_decay double; wd_mode gd_wd_mode; wd_when gd_wd_when;
    step_counter gd_step_counter; maximize bool;
gd_yogi_options: lr double; beta1 double; beta2 double; eps double; init_m double; init_v double;
    init_v_from_first_grad bool; eps_mode gd_eps_mode; bias_correction gd_bias_correction; yogi_sign gd_yogi_sign;
    weight_decay double; prox_l1 double; prox_l2 double; step_counter gd_step_counter; maximize bool;
gd_adamax_options: lr double; beta1 double; beta2 double; eps double; adamax_eps gd_adamax_eps; weight_decay double;
    step_counter gd_step_counter; maximize bool;
gd_nadam_options: lr double; beta1 double; beta2 double; eps double; nadam_psi double; constant_mu bool;
    weight_decay double; wd_mode gd_wd_mode; step_counter gd_step_counter; maximize bool;
gd_radam_options: lr double; beta1 double; beta2 double; eps double; eps_mode gd_eps_mode; radam_threshold double;
    radam_strict bool; weight_decay double; wd_mode gd_wd_mode; step_counter gd_step_counter; maximize bool;
gd_adabelief_options: lr double; beta1 double; beta2 double; eps double; eps_root double; weight_decay double; old_m
    bool; step_counter gd_step_counter; maximize bool;
gd_lion_options: lr double; beta1 double; beta2 double; weight_decay double; maximize bool;
gd_asgd_options: lr double; lambd double; alpha double; t0 double; weight_decay double; maximize bool;
gd_lamb_options: lr double; beta1 double; beta2 double; eps double; weight_decay double; most_length double;
    bias_correction gd_bias_correction; step_counter gd_step_counter; maximize bool;
gd_muon_options: lr double; momentum double; nesterov bool; ns_steps int; ns_a double; ns_b double; ns_c double; eps
    double; muon_scale gd_muon_scale; weight_decay double; corrected bool; eps_added bool; rows_are_inputs bool; flatten
    bool; adamw bool; beta1 double; beta2 double; step_counter gd_step_counter; maximize bool;
gd_adafactor_options: lr double; beta2_decay double; eps1 double; eps2 double; eps1_added bool; clip double;
    weight_decay double; step_counter gd_step_counter; maximize bool;
gd_schedule_free_options: lr double; beta1 double; beta2 double; eps double; weight_decay double; largest_lr bool;
    step_counter gd_step_counter; maximize bool;
gd_schedule_free_adamw_options: lr double; beta1 double; beta2 double; eps double; weight_decay double; largest_lr
    bool; step_counter gd_step_counter; maximize bool;
gd_rprop_options: lr double; eta_minus double; eta_plus double; step_min double; step_max double; maximize bool;
gd_lbfgs_options: lr double; max_iter int; max_eval int; tolerance_grad double; tolerance_change double;
    history_size int; line_search gd_line_search; c1 double; c2 double;
gd_update: n int64_t; w gd_real*; g gd_real*; state gd_real*const[]; number double*; t int64_t; lr double; options
    void*; scalars void*; parameter gd_tensor*; work void*;
gd_option: name char*; offset size_t; kind gd_option_kind; interval char*; low double; high double;
gd_range: name char*; whole bool; interval char*; low double; high double;
gd_kept: n int64_t; step double; steps double; w gd_real*; number double*; state gd_tensor*const[]; options void*;
gd_algorithm: name char*; options_size size_t; options gd_option*; states char*[7]; numbers char*[5]; check
    function*; keeps function*; start function*; prepare function*; advance function*; update function*; by_element
    bool; correction function*; step function*; zeros char*[5]; ranges gd_range*; valid function*; accepts function*;
    work_bytes function*; state_shape function*; evaluated function*;
gd_trace_row: step int64_t; parameter char*; element int64_t; t double; g double; w double; moved double; state
    double[6]; corrected double[6];
gd_csv_options: separator char; skip int; comment char; no_header bool; allow_nan bool; decimal char; thousands
    char; skip_columns int; max_bytes int64_t;
gd_metadata: key char*; value char*;
gd_dataset: x gd_tensor*; y gd_tensor*;
gd_rows: count int64_t; row int64_t*;
gd_batch: x gd_tensor*; y gd_tensor*; size int64_t; first int64_t; rows int64_t*;
gd_loader_options: batch int64_t; shuffle bool; seed uint64_t; drop_last bool; rows gd_rows; weights double*; draws
    int64_t; change gd_batch_change*; context void*; prefetch int;
gd_position: epoch int64_t; example int64_t;
gd_progress: out FILE*; label char*; begun double; shown double; epoch double; loss double; step int64_t; examples
    int64_t; width int;
gd_note: key char*; number double*; text char*;
gd_training_run: params gd_params*; optimizer gd_optimizer*; loader gd_loader*; ema gd_ema*; plateau gd_plateau*;
    notes gd_note*; note_count int;
gd_load_options: other_settings bool; prefix char*; into char*; lenient bool;
gd_load_report: loaded int64_t; missing int64_t; other_shape int64_t; left_over int64_t; other_settings int64_t;
    text char*;
gd_split: train gd_rows; test gd_rows;
gd_split_options: seed uint64_t; in_order bool; labels gd_tensor*;
gd_table_options: separator char; decimal char; no_header bool; text char*const[]; text_count int;
gd_plot_look: line gd_line; marker gd_marker; colour gd_colour; width double; marker_size double; marker_every int;
    no_legend bool;
gd_heat_look: row_names char*const[]; column_names char*const[]; numbers bool;
gd_image_look: columns int; together bool; low double; high double; captions char*const[]; marked bool*;
gd_animation_options: delay_ms int; last_ms int; repeat int;
gd_class_scores: precision double; recall double; f1 double; support double;
gd_running: weight double; weight_rest double; mean double; rest double;
gd_early_stopping_options: patience int64_t; min_delta double; maximize bool; keep_last bool;
gd_early_stopping: options gd_early_stopping_options; params gd_params*; best_params gd_params*; best double; bad
    double; count double; best_count double;
"""

# Fields that are not 0; where float and double differ, float/double.
DEFAULTS = """
gd_gradcheck_defaults gd_gradcheck_options
gd_cross_entropy_defaults gd_cross_entropy_options ignore_index=-100 begun=1
gd_triplet_defaults gd_triplet_options margin=1 p=2 eps=1e-06
gd_ctc_defaults gd_ctc_options
gd_conv_transpose2d_defaults gd_conv_transpose2d_options stride[0]=1 stride[1]=1 dilation[0]=1 dilation[1]=1
    groups=1
gd_conv2d_defaults gd_conv2d_options stride[0]=1 stride[1]=1 dilation[0]=1 dilation[1]=1 groups=1
gd_pool2d_defaults gd_pool2d_options
gd_recurrent_defaults gd_recurrent_options layers=1
gd_block_defaults gd_block_options
gd_one_cycle_defaults gd_one_cycle_options start=0.3 div=25 final_div=10000
gd_plateau_defaults gd_plateau_options factor=0.1 threshold=0.0001 patience=10
gd_sgd_defaults gd_sgd_options lr=0.001
gd_adagrad_defaults gd_adagrad_options lr=0.01 eps=1e-10
gd_rmsprop_defaults gd_rmsprop_options lr=0.01 rho=0.99 eps=1e-08
gd_adadelta_defaults gd_adadelta_options lr=1 rho=0.9 eps=1e-06
gd_adam_defaults gd_adam_options lr=0.001 beta1=0.9 beta2=0.999 eps=1e-08
gd_adamw_defaults gd_adamw_options lr=0.001 beta1=0.9 beta2=0.999 eps=1e-08 weight_decay=0.01 wd_mode=1
gd_yogi_defaults gd_yogi_options lr=0.01 beta1=0.9 beta2=0.999 eps=0.001
gd_adamax_defaults gd_adamax_options lr=0.002 beta1=0.9 beta2=0.999 eps=1e-08
gd_nadam_defaults gd_nadam_options lr=0.002 beta1=0.9 beta2=0.999 eps=1e-08 nadam_psi=0.004
gd_radam_defaults gd_radam_options lr=0.001 beta1=0.9 beta2=0.999 eps=1e-08 eps_mode=2 radam_threshold=5
    radam_strict=1
gd_adabelief_defaults gd_adabelief_options lr=0.001 beta1=0.9 beta2=0.999 eps=1e-16 eps_root=1e-16
gd_lion_defaults gd_lion_options lr=0.0001 beta1=0.9 beta2=0.99
gd_asgd_defaults gd_asgd_options lr=0.01 lambd=0.0001 alpha=0.75 t0=1000000
gd_lamb_defaults gd_lamb_options lr=0.001 beta1=0.9 beta2=0.999 eps=1e-06
gd_muon_defaults gd_muon_options lr=0.001 momentum=0.95 nesterov=1 ns_steps=5 ns_a=3.4445 ns_b=-4.775 ns_c=2.0315
    eps=1e-07 weight_decay=0.1 beta1=0.9 beta2=0.999
gd_muon_adamw_defaults gd_muon_options lr=0.001 momentum=0.95 nesterov=1 ns_steps=5 ns_a=3.4445 ns_b=-4.775
    ns_c=2.0315 eps=1e-08 weight_decay=0.01 adamw=1 beta1=0.9 beta2=0.999
gd_adafactor_defaults gd_adafactor_options lr=0.01 beta2_decay=-0.8
    eps1=1.1920928955078125e-07/2.220446049250313e-16 eps2=0.001 clip=1
gd_schedule_free_adamw_defaults gd_schedule_free_options lr=0.0025 beta1=0.9 beta2=0.999 eps=1e-08
gd_schedule_free_defaults gd_schedule_free_options lr=0.0025 beta1=0.9 beta2=0.999 eps=1e-08
gd_rprop_defaults gd_rprop_options lr=0.01 eta_minus=0.5 eta_plus=1.2 step_min=1e-06 step_max=50
gd_lbfgs_defaults gd_lbfgs_options lr=1 max_iter=20 tolerance_grad=1e-07 tolerance_change=1e-09 history_size=100
    line_search=1 c1=0.0001 c2=0.9
gd_csv_defaults gd_csv_options
gd_loader_defaults gd_loader_options
gd_load_defaults gd_load_options
gd_table_defaults gd_table_options
gd_early_stopping_defaults gd_early_stopping_options patience=10
"""

CALLBACKS = """
gd_batch_change: void* context, gd_batch* batch -> bool
gd_closure: void* context -> double
gd_curve: double x, void* context -> double
gd_fast_rule: gd_node* node, gd_tensor* dy, gd_target* dx -> gd_fast
gd_function: gd_tensor*const[] xs, int n, void* context -> gd_tensor*
gd_gradient_hook: gd_tensor* x, gd_tensor* dx, void* context -> gd_tensor*
gd_loss: void* context -> gd_tensor*
gd_lr_function: int64_t step, void* context -> double
gd_post_hook: gd_tensor* x, void* context -> bool
gd_rule: gd_node* node, gd_tensor* dy, gd_tensor** dx -> void
gd_state_visitor: void* context, char* owner, char* name, gd_tensor* tensor, double*out number -> void
gd_surface: double x, double y, void* context -> double
"""

FUNCTIONS = """
gd_abort: char* message -> void
gd_abs: gd_tensor* x -> gd_tensor*
gd_accuracy: gd_tensor* scores, gd_tensor* labels -> double
gd_acos: gd_tensor* x -> gd_tensor*
gd_acosh: gd_tensor* x -> gd_tensor*
gd_adabelief: gd_params* p, gd_adabelief_options options -> gd_optimizer*
gd_adabelief_dialect: gd_dialect dialect -> gd_adabelief_options
gd_adadelta: gd_params* p, gd_adadelta_options options -> gd_optimizer*
gd_adadelta_dialect: gd_dialect dialect -> gd_adadelta_options
gd_adafactor: gd_params* p, gd_adafactor_options options -> gd_optimizer*
gd_adafactor_dialect: gd_dialect dialect -> gd_adafactor_options
gd_adagrad: gd_params* p, gd_adagrad_options options -> gd_optimizer*
gd_adagrad_dialect: gd_dialect dialect -> gd_adagrad_options
gd_adam: gd_params* p, gd_adam_options options -> gd_optimizer*
gd_adam_dialect: gd_dialect dialect -> gd_adam_options
gd_adamax: gd_params* p, gd_adamax_options options -> gd_optimizer*
gd_adamax_dialect: gd_dialect dialect -> gd_adamax_options
gd_adamw: gd_params* p, gd_adamw_options options -> gd_optimizer*
gd_adamw_dialect: gd_dialect dialect -> gd_adamw_options
gd_adaptive_avg_pool: gd_tensor* x, gd_shape size -> gd_tensor*
gd_adaptive_max_pool: gd_tensor* x, gd_shape size -> gd_tensor*
gd_add: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_add_to: gd_tensor* x, gd_tensor* value, double alpha -> bool
gd_affine: gd_tensor* x, gd_tensor* weight, gd_tensor* bias -> gd_tensor*
gd_airfoil: char* path -> gd_dataset
gd_all: gd_tensor* x -> gd_tensor*
gd_all_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_animation_end: gd_animation* a -> bool
gd_animation_frame: gd_animation* a, gd_plot* p -> bool
gd_animation_grid: gd_animation* a, gd_plot*const[] panels, int rows, int columns, char* title -> bool
gd_animation_new: char* path, gd_animation_options options -> gd_animation*
gd_any: gd_tensor* x -> gd_tensor*
gd_any_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_arange: double start, double stop, double step -> gd_tensor*
gd_argmax: gd_tensor* x, int axis -> gd_tensor*
gd_argmin: gd_tensor* x, int axis -> gd_tensor*
gd_argsort: gd_tensor* x, int axis, bool descending -> gd_tensor*
gd_asgd: gd_params* p, gd_asgd_options options -> gd_optimizer*
gd_asgd_dialect: gd_dialect dialect -> gd_asgd_options
gd_asin: gd_tensor* x -> gd_tensor*
gd_asinh: gd_tensor* x -> gd_tensor*
gd_assign: gd_tensor* x, gd_tensor* value -> bool
gd_at: gd_tensor* t, gd_shape index -> gd_real
gd_atan: gd_tensor* x -> gd_tensor*
gd_atan2: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_atanh: gd_tensor* x -> gd_tensor*
gd_attention: gd_tensor* q, gd_tensor* k, gd_tensor* v, bool causal -> gd_tensor*
gd_avg_pool1d: gd_tensor* x, int64_t kernel, int64_t stride, int64_t padding, bool count_padding -> gd_tensor*
gd_avg_pool2d: gd_tensor* x, gd_pool2d_options options -> gd_tensor*
gd_backward: gd_tensor* y -> bool
gd_backward_from: gd_tensor* y, gd_tensor* dy, bool create_graph -> bool
gd_balanced_weights: gd_tensor* labels -> double*
gd_batch_norm: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, gd_tensor* running_mean, gd_tensor* running_var,
    bool training, double momentum, double eps -> gd_tensor*
gd_batch_norm_apply: gd_batch_norm_layer* layer, gd_tensor* x, bool training -> gd_tensor*
gd_batch_norm_new: gd_params* p, char* name, int64_t channels -> gd_batch_norm_layer
gd_bce_loss: gd_tensor* prediction, gd_tensor* target, gd_tensor* weight, gd_reduction reduction -> gd_tensor*
gd_bce_with_logits: gd_tensor* prediction, gd_tensor* target, gd_reduction reduction -> gd_tensor*
gd_bce_with_logits_weighted: gd_tensor* prediction, gd_tensor* target, gd_tensor* weight, gd_tensor* pos_weight,
    gd_reduction reduction -> gd_tensor*
gd_bernoulli: gd_tensor* p -> gd_tensor*
gd_buffer: gd_params* p, char* name, gd_tensor* value -> gd_tensor*
gd_capture: gd_function* function, void* context -> gd_program*
gd_ceil: gd_tensor* x -> gd_tensor*
gd_check_finite: gd_optimizer* o -> bool
gd_checkpoint_load: char* path, gd_training_run* run, gd_load_options options, gd_load_report* report -> bool
gd_checkpoint_save: char* path, gd_training_run* run -> bool
gd_cholesky: gd_tensor* a -> gd_tensor*
gd_cifar10: char* folder, bool train -> gd_dataset
gd_cifar_read: char* path -> gd_dataset
gd_clamp: gd_tensor* x, double low, double high -> gd_tensor*
gd_clamp_to: gd_tensor* x, double low, double high -> bool
gd_clear_error:  -> void
gd_clip_grad_norm: gd_params* p, double max -> double
gd_clip_grad_norm_as: gd_params* p, double max, double norm, gd_dialect dialect -> double
gd_clip_grad_value: gd_params* p, double max -> double
gd_column_means: gd_tensor* x -> gd_tensor*
gd_column_medians: gd_tensor* x -> gd_tensor*
gd_concat: gd_tensor*const[] xs, int n, int axis -> gd_tensor*
gd_confusion: gd_tensor* predicted, gd_tensor* labels, int64_t classes -> gd_tensor*
gd_contiguous: gd_tensor* x -> gd_tensor*
gd_conv1d: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, int64_t stride, int64_t padding, int64_t dilation,
    int64_t groups -> gd_tensor*
gd_conv1d_apply: gd_conv1d_layer* layer, gd_tensor* x -> gd_tensor*
gd_conv1d_new: gd_params* p, char* name, int64_t in, int64_t out, int64_t width, int64_t stride, int64_t padding,
    int64_t dilation, int64_t groups -> gd_conv1d_layer
gd_conv2d: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, gd_conv2d_options options -> gd_tensor*
gd_conv2d_apply: gd_conv2d_layer* layer, gd_tensor* x -> gd_tensor*
gd_conv2d_new: gd_params* p, char* name, int64_t in, int64_t out, int64_t height, int64_t width, gd_conv2d_options
    options -> gd_conv2d_layer
gd_conv2d_without_bias: gd_params* p, char* name, int64_t in, int64_t out, int64_t height, int64_t width,
    gd_conv2d_options options -> gd_conv2d_layer
gd_conv_transpose1d: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, int64_t stride, int64_t padding, int64_t
    output_padding, int64_t dilation, int64_t groups -> gd_tensor*
gd_conv_transpose1d_apply: gd_conv_transpose1d_layer* layer, gd_tensor* x -> gd_tensor*
gd_conv_transpose1d_new: gd_params* p, char* name, int64_t in, int64_t out, int64_t width, int64_t stride, int64_t
    padding, int64_t output_padding, int64_t dilation, int64_t groups -> gd_conv_transpose1d_layer
gd_conv_transpose2d: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, gd_conv_transpose2d_options options ->
    gd_tensor*
gd_conv_transpose2d_apply: gd_conv_transpose2d_layer* layer, gd_tensor* x -> gd_tensor*
gd_conv_transpose2d_new: gd_params* p, char* name, int64_t in, int64_t out, int64_t height, int64_t width,
    gd_conv_transpose2d_options options -> gd_conv_transpose2d_layer
gd_copy_out: gd_tensor* t, gd_real*out row_major -> bool
gd_cos: gd_tensor* x -> gd_tensor*
gd_cosh: gd_tensor* x -> gd_tensor*
gd_cosine_embedding_loss: gd_tensor* a, gd_tensor* b, gd_tensor* target, double margin, gd_reduction reduction ->
    gd_tensor*
gd_cosine_similarity: gd_tensor* a, gd_tensor* b, int axis, double eps -> gd_tensor*
gd_count_nonzero: gd_tensor* x -> gd_tensor*
gd_count_nonzero_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_cross_entropy: gd_tensor* logits, gd_tensor* labels, gd_reduction reduction -> gd_tensor*
gd_cross_entropy_with: gd_tensor* logits, gd_tensor* labels, gd_tensor* weight, gd_cross_entropy_options options ->
    gd_tensor*
gd_csv_read: char* path, gd_csv_options options -> gd_tensor*
gd_csv_write: char* path, gd_tensor* t, char*const[] names -> bool
gd_ctc_loss: gd_tensor* log_prediction, gd_tensor* targets, int64_t* input_lengths, int64_t* target_lengths,
    gd_ctc_options options -> gd_tensor*
gd_cummax: gd_tensor* x, int axis -> gd_picked
gd_cummin: gd_tensor* x, int axis -> gd_picked
gd_cumprod: gd_tensor* x, int axis -> gd_tensor*
gd_cumsum: gd_tensor* x, int axis -> gd_tensor*
gd_decoder_block_apply: gd_decoder_block* layer, gd_tensor* x, gd_tensor* memory, gd_attention_masks masks,
    gd_attention_masks memory_masks, bool training -> gd_tensor*
gd_decoder_block_new: gd_params* p, char* name, int64_t width, int64_t heads, int64_t feedforward, gd_block_options
    options -> gd_decoder_block
gd_det: gd_tensor* a -> gd_tensor*
gd_detach: gd_tensor* t -> gd_tensor*
gd_detect_anomaly: bool on -> void
gd_diag: gd_tensor* x, int64_t offset -> gd_tensor*
gd_diagonal: gd_tensor* x, int64_t offset, int axis0, int axis1 -> gd_tensor*
gd_div: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_dropout: gd_tensor* x, double p, bool training -> gd_tensor*
gd_dropout_apply: gd_dropout_layer* layer, gd_tensor* x, bool training -> gd_tensor*
gd_dropout_new: double p -> gd_dropout_layer
gd_early_stopping_free: gd_early_stopping* stopping -> void
gd_early_stopping_new: gd_params* params, gd_early_stopping_options options -> gd_early_stopping*
gd_early_stopping_next: gd_early_stopping* stopping, double value -> bool
gd_early_stopping_restore: gd_early_stopping* stopping -> bool
gd_eigh: gd_tensor* a -> gd_eigh_result
gd_einsum: char* equation, gd_tensor*const[] xs, int n -> gd_tensor*
gd_elu: gd_tensor* x, double alpha -> gd_tensor*
gd_ema_free: gd_ema* ema -> void
gd_ema_get: gd_ema* ema, gd_tensor* parameter -> gd_tensor*
gd_ema_new: gd_params* p, double decay -> gd_ema*
gd_ema_swap: gd_ema* ema -> bool
gd_ema_update: gd_ema* ema -> bool
gd_embedding: gd_tensor* table, gd_tensor* index -> gd_tensor*
gd_embedding_apply: gd_embedding_layer* layer, gd_tensor* index -> gd_tensor*
gd_embedding_new: gd_params* p, char* name, int64_t rows, int64_t d -> gd_embedding_layer
gd_encoder_block_apply: gd_encoder_block* layer, gd_tensor* x, gd_attention_masks masks, bool training -> gd_tensor*
gd_encoder_block_new: gd_params* p, char* name, int64_t width, int64_t heads, int64_t feedforward, gd_block_options
    options -> gd_encoder_block
gd_eq: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_erf: gd_tensor* x -> gd_tensor*
gd_exp: gd_tensor* x -> gd_tensor*
gd_expand: gd_tensor* x, gd_shape shape -> gd_tensor*
gd_expm1: gd_tensor* x -> gd_tensor*
gd_exponential: gd_shape shape, double rate -> gd_tensor*
gd_eye: int64_t n -> gd_tensor*
gd_fashion_mnist: char* folder, bool train -> gd_dataset
gd_fill: gd_tensor* x, double value -> bool
gd_flatten: gd_tensor* x, int first_axis -> gd_tensor*
gd_flip: gd_tensor* x, int axis -> gd_tensor*
gd_floor: gd_tensor* x -> gd_tensor*
gd_freeze: gd_tensor* t -> gd_tensor*
gd_from: gd_shape shape, gd_real* values -> gd_tensor*
gd_full: gd_shape shape, double value -> gd_tensor*
gd_gather: gd_tensor* x, int axis, gd_tensor* index -> gd_tensor*
gd_gaussian_nll_loss: gd_tensor* prediction, gd_tensor* target, gd_tensor* variance, bool full, double eps,
    gd_reduction reduction -> gd_tensor*
gd_ge: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_gelu: gd_tensor* x -> gd_tensor*
gd_gelu_tanh: gd_tensor* x -> gd_tensor*
gd_generator_free: gd_generator* g -> void
gd_generator_leave: gd_generator** before -> void
gd_generator_new: uint64_t seed -> gd_generator*
gd_generator_seed: gd_generator* g, uint64_t seed -> bool
gd_generator_set_state: gd_generator* g, uint64_t* state -> bool
gd_generator_state: gd_generator* g, uint64_t*out state -> bool
gd_generator_use: gd_generator* g -> gd_generator*
gd_global_avg_pool: gd_tensor* x -> gd_tensor*
gd_global_max_pool: gd_tensor* x -> gd_tensor*
gd_glu: gd_tensor* x, int axis -> gd_tensor*
gd_grad: gd_tensor* y, gd_tensor* dy, gd_tensor*const[] xs, int n, gd_tensor*[] dxs, bool create_graph -> bool
gd_gradcheck: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_gradcheck_options options ->
    bool
gd_gradgradcheck: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_gradcheck_options options ->
    bool
gd_grads_to_vector: gd_params* p, double*out gradient, int64_t n -> bool
gd_graph_dot: FILE* out, gd_tensor* y -> void
gd_graph_flops: gd_tensor* y -> double
gd_graph_print: FILE* out, gd_tensor* y -> void
gd_group_add: gd_group* group, gd_tensor* parameter -> bool
gd_group_get: gd_group* group, char* option -> double
gd_group_norm: gd_tensor* x, int64_t groups, gd_tensor* weight, gd_tensor* bias, double eps -> gd_tensor*
gd_group_norm_apply: gd_group_norm_layer* layer, gd_tensor* x -> gd_tensor*
gd_group_norm_new: gd_params* p, char* name, int64_t groups, int64_t channels -> gd_group_norm_layer
gd_group_set: gd_group* group, char* option, double value -> bool
gd_gru_apply: gd_cell* cell, gd_tensor* x, gd_tensor* h -> gd_tensor*
gd_gru_new: gd_params* p, char* name, int64_t in, int64_t hidden -> gd_cell
gd_gt: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_hardsigmoid: gd_tensor* x -> gd_tensor*
gd_hardswish: gd_tensor* x -> gd_tensor*
gd_hardtanh: gd_tensor* x, double low, double high -> gd_tensor*
gd_hessian: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_tensor*[] hessians, bool
    create_graph -> bool
gd_hinge_loss: gd_tensor* prediction, gd_tensor* target, gd_reduction reduction -> gd_tensor*
gd_history_add: gd_history* history, char* series, double x, double value -> bool
gd_history_count: gd_history* history -> int
gd_history_free: gd_history* history -> void
gd_history_has: gd_history* history, char* series, int64_t row -> bool
gd_history_load: char* path -> gd_history*
gd_history_name: gd_history* history, int i -> char*
gd_history_new: char* x_name -> gd_history*
gd_history_picture: gd_history* history, char* title, char* path -> bool
gd_history_plot: gd_history* history, char* series, gd_plot* plot -> bool
gd_history_print: FILE* out, gd_history* history -> void
gd_history_resume: char* path, double x -> gd_history*
gd_history_rows: gd_history* history -> int64_t
gd_history_save: gd_history* history, char* path -> bool
gd_history_truncate: gd_history* history, double x -> bool
gd_history_value: gd_history* history, char* series, int64_t row -> double
gd_history_x: gd_history* history, int64_t row -> double
gd_huber_loss: gd_tensor* prediction, gd_tensor* target, double delta, gd_reduction reduction -> gd_tensor*
gd_hvp: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_tensor*const[] vs, gd_tensor*[] hvs,
    bool create_graph -> gd_tensor*
gd_idx_read: char* path -> gd_tensor*
gd_image_read: char* path, int channels -> gd_tensor*
gd_impute: gd_tensor* x, gd_tensor* values -> gd_tensor*
gd_index_select: gd_tensor* x, int axis, gd_tensor* index -> gd_tensor*
gd_instance_norm: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, double eps -> gd_tensor*
gd_interpolate: gd_tensor* x, gd_shape size, gd_interpolation mode, bool align_corners -> gd_tensor*
gd_inverse: gd_tensor* a -> gd_tensor*
gd_is_recording:  -> bool
gd_isfinite: gd_tensor* x -> gd_tensor*
gd_isinf: gd_tensor* x -> gd_tensor*
gd_isnan: gd_tensor* x -> gd_tensor*
gd_item: gd_tensor* t -> gd_real
gd_jacobian: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_tensor*[] jacobians, bool
    create_graph -> bool
gd_jvp: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_tensor*const[] vs, gd_tensor** jvp,
    bool create_graph -> gd_tensor*
gd_k_fold: int64_t rows, int64_t k, int64_t fold, gd_split_options options -> gd_split
gd_kaiming_normal: gd_shape shape, double gain -> gd_tensor*
gd_kaiming_uniform: gd_shape shape, double gain -> gd_tensor*
gd_keep: gd_tensor* t -> gd_tensor*
gd_kl_div: gd_tensor* log_prediction, gd_tensor* target, gd_reduction reduction -> gd_tensor*
gd_l1_loss: gd_tensor* prediction, gd_tensor* target, gd_reduction reduction -> gd_tensor*
gd_lamb: gd_params* p, gd_lamb_options options -> gd_optimizer*
gd_lamb_dialect: gd_dialect dialect -> gd_lamb_options
gd_last_error:  -> char*
gd_layer_norm: gd_tensor* x, gd_tensor* weight, gd_tensor* bias, double eps -> gd_tensor*
gd_layer_norm_apply: gd_layer_norm_layer* layer, gd_tensor* x -> gd_tensor*
gd_layer_norm_new: gd_params* p, char* name, gd_shape shape -> gd_layer_norm_layer
gd_layout: char* type, char* field -> int64_t
gd_lbfgs: gd_params* p, gd_lbfgs_options options -> gd_optimizer*
gd_lbfgs_dialect: gd_dialect dialect -> gd_lbfgs_options
gd_le: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_leaky_relu: gd_tensor* x, double slope -> gd_tensor*
gd_linear_apply: gd_linear* layer, gd_tensor* x -> gd_tensor*
gd_linear_new: gd_params* p, char* name, int64_t in, int64_t out -> gd_linear
gd_linear_without_bias: gd_params* p, char* name, int64_t in, int64_t out -> gd_linear
gd_linspace: double start, double stop, int64_t n -> gd_tensor*
gd_lion: gd_params* p, gd_lion_options options -> gd_optimizer*
gd_lion_dialect: gd_dialect dialect -> gd_lion_options
gd_load: char* path, gd_params* p, gd_optimizer* o -> bool
gd_load_run: char* path, gd_params* p, gd_optimizer* o, gd_loader* loader -> bool
gd_loader_batches: gd_loader* loader -> int64_t
gd_loader_epoch: gd_loader* loader -> double
gd_loader_free: gd_loader* loader -> void
gd_loader_new: gd_dataset set, gd_loader_options options -> gd_loader*
gd_loader_next: gd_loader* loader, gd_batch* batch -> bool
gd_loader_position: gd_loader* loader -> gd_position
gd_loader_seek: gd_loader* loader, gd_position position -> bool
gd_log: gd_tensor* x -> gd_tensor*
gd_log10: gd_tensor* x -> gd_tensor*
gd_log1p: gd_tensor* x -> gd_tensor*
gd_log2: gd_tensor* x -> gd_tensor*
gd_log_softmax: gd_tensor* x, int axis -> gd_tensor*
gd_logcumsumexp: gd_tensor* x, int axis -> gd_tensor*
gd_logical_and: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_logical_not: gd_tensor* x -> gd_tensor*
gd_logical_or: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_logsigmoid: gd_tensor* x -> gd_tensor*
gd_logsumexp: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_logsumexp_axes: gd_tensor* x, gd_shape axes, bool keep -> gd_tensor*
gd_lr_at: gd_schedule schedule, int64_t t -> double
gd_lr_constant: double base -> gd_schedule
gd_lr_cosine: double base, double final, int64_t steps -> gd_schedule
gd_lr_custom: gd_lr_function* function, void* context -> gd_schedule
gd_lr_exponential: double base, double gamma -> gd_schedule
gd_lr_factor: double base, double factor, double stop -> gd_schedule
gd_lr_inverse_sqrt: double base, double warmup -> gd_schedule
gd_lr_linear: double base, double final, int64_t steps -> gd_schedule
gd_lr_linear_warmup: double base, double final, int64_t steps, int64_t warmup -> gd_schedule
gd_lr_multistep: double base, int64_t* milestones, int n, double gamma -> gd_schedule
gd_lr_none:  -> gd_schedule
gd_lr_one_cycle: double max, int64_t steps, gd_one_cycle_options options -> gd_schedule
gd_lr_polynomial: double base, double final, int64_t steps, double power -> gd_schedule
gd_lr_restarts: gd_schedule s, int64_t period, double growth -> gd_schedule
gd_lr_step: double base, int64_t every, double gamma -> gd_schedule
gd_lr_warmup: gd_schedule s, int64_t steps, double from -> gd_schedule
gd_lr_wsd: double base, double final, int64_t warmup, int64_t stable, int64_t decay -> gd_schedule
gd_lstm_apply: gd_cell* cell, gd_tensor* x, gd_lstm_state state -> gd_lstm_state
gd_lstm_new: gd_params* p, char* name, int64_t in, int64_t hidden -> gd_cell
gd_lstsq: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_lt: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_masked_attention: gd_tensor* q, gd_tensor* k, gd_tensor* v, gd_tensor* mask, bool causal -> gd_tensor*
gd_masked_fill: gd_tensor* x, gd_tensor* mask, double value -> gd_tensor*
gd_masked_select: gd_tensor* x, gd_tensor* mask -> gd_tensor*
gd_matmul: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_max: gd_tensor* x -> gd_tensor*
gd_max_axes: gd_tensor* x, gd_shape axes, bool keep -> gd_tensor*
gd_max_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_max_pool1d: gd_tensor* x, int64_t kernel, int64_t stride, int64_t padding -> gd_tensor*
gd_max_pool2d: gd_tensor* x, gd_pool2d_options options -> gd_tensor*
gd_maximum: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_mean: gd_tensor* x -> gd_tensor*
gd_mean_axes: gd_tensor* x, gd_shape axes, bool keep -> gd_tensor*
gd_mean_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_median: gd_tensor* x -> gd_tensor*
gd_median_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_memory_live:  -> size_t
gd_memory_report: FILE* out -> void
gd_meshgrid: gd_tensor*const[] xs, int n, gd_indexing indexing -> gd_grids
gd_min: gd_tensor* x -> gd_tensor*
gd_min_axes: gd_tensor* x, gd_shape axes, bool keep -> gd_tensor*
gd_min_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_minimum: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_mish: gd_tensor* x -> gd_tensor*
gd_mse_loss: gd_tensor* prediction, gd_tensor* target, gd_reduction reduction -> gd_tensor*
gd_mul: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_multihead_apply: gd_multihead* layer, gd_tensor* query, gd_tensor* key, gd_tensor* value, bool causal ->
    gd_tensor*
gd_multihead_attend: gd_multihead* layer, gd_tensor* query, gd_tensor* key, gd_tensor* value, gd_attention_masks
    masks, double dropout, bool training -> gd_tensor*
gd_multihead_new: gd_params* p, char* name, int64_t width, int64_t heads -> gd_multihead
gd_multinomial: gd_tensor* weights, int64_t draws, bool replacement -> gd_tensor*
gd_muon: gd_params* p, gd_muon_options options -> gd_optimizer*
gd_muon_dialect: gd_dialect dialect -> gd_muon_options
gd_muon_others: gd_optimizer* o, gd_muon_options options -> gd_group*
gd_nadam: gd_params* p, gd_nadam_options options -> gd_optimizer*
gd_nadam_dialect: gd_dialect dialect -> gd_nadam_options
gd_nanmean: gd_tensor* x -> gd_tensor*
gd_nanmean_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_nansum: gd_tensor* x -> gd_tensor*
gd_nansum_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_ne: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_needs: gd_node* node, int i -> bool
gd_neg: gd_tensor* x -> gd_tensor*
gd_nll_loss: gd_tensor* log_prediction, gd_tensor* labels, gd_tensor* weight, int64_t ignore_index, gd_reduction
    reduction -> gd_tensor*
gd_no_grad_begin:  -> void
gd_no_grad_end:  -> void
gd_no_grad_enter:  -> int
gd_no_grad_leave: int*out depth -> void
gd_node_attributes: gd_node* node -> void*
gd_node_input: gd_node* node, int i -> gd_tensor*
gd_node_inputs: gd_node* node -> int
gd_node_op: gd_node* node -> gd_op*
gd_node_output: gd_node* node -> gd_tensor*
gd_nonzero: gd_tensor* x -> gd_tensor*
gd_norm: gd_tensor* x, double p -> gd_tensor*
gd_norm_axes: gd_tensor* x, double p, gd_shape axes, bool keep -> gd_tensor*
gd_normal: gd_shape shape, double mean, double std -> gd_tensor*
gd_npy_count: char* path -> int64_t
gd_npy_read: char* path -> gd_tensor*
gd_npy_read_at: char* path, int64_t i -> gd_tensor*
gd_npy_write: char* path, gd_tensor* t -> bool
gd_npz_close: gd_npz* file -> void
gd_npz_count: gd_npz* file -> int64_t
gd_npz_name: gd_npz* file, int64_t i -> char*
gd_npz_open: char* path -> gd_npz*
gd_npz_read: gd_npz* file, char* name -> gd_tensor*
gd_npz_write: char* path, char*const[] names, gd_tensor*const[] tensors, int64_t n -> bool
gd_numel: gd_tensor* t -> int64_t
gd_one_hot: gd_tensor* labels, int64_t classes -> gd_tensor*
gd_ones: gd_shape shape -> gd_tensor*
gd_ones_like: gd_tensor* t -> gd_tensor*
gd_optimizer_free: gd_optimizer* o -> void
gd_optimizer_group: gd_optimizer* o, char* prefix, void* options -> gd_group*
gd_optimizer_new: gd_params* p, gd_algorithm* algorithm, void* options -> gd_optimizer*
gd_optimizer_number: gd_optimizer* o, gd_tensor* parameter, char* number -> double*
gd_optimizer_shared_state: gd_optimizer* o, int k, gd_shape shape -> gd_tensor*
gd_optimizer_start: gd_optimizer* o, gd_tensor* parameter -> bool
gd_optimizer_state: gd_optimizer* o, gd_tensor* parameter, char* state -> gd_tensor*
gd_optimizer_swap: gd_optimizer* o -> bool
gd_optimizer_trace: gd_optimizer* o, gd_tensor* parameter, gd_shape index -> bool
gd_optimizer_visit: gd_optimizer* o, gd_state_visitor* visit, void* context -> bool
gd_orthogonal: gd_shape shape, double gain -> gd_tensor*
gd_outer: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_pad: gd_tensor* x, gd_shape before, gd_shape after, double value -> gd_tensor*
gd_padding_mask: gd_tensor* lengths, int64_t keys -> gd_tensor*
gd_param: gd_params* p, char* name, gd_tensor* value -> gd_tensor*
gd_param_tied: gd_params* p, char* name, gd_tensor* tensor -> gd_tensor*
gd_params_assign: gd_params* to, gd_params* from -> bool
gd_params_at: gd_params* p, int i -> gd_tensor*
gd_params_copy: gd_params* p -> gd_params*
gd_params_count: gd_params* p -> int64_t
gd_params_equal: gd_params* a, gd_params* b, double tolerance, gd_params_difference* first -> bool
gd_params_free: gd_params* p -> void
gd_params_freeze: gd_params* p, char* prefix -> bool
gd_params_get: gd_params* p, char* name -> gd_tensor*
gd_params_is_buffer: gd_params* p, int i -> bool
gd_params_new:  -> gd_params*
gd_params_print: FILE* out, gd_params* p -> void
gd_params_tensors: gd_params* p -> int
gd_params_to_vector: gd_params* p, double*out x, int64_t n -> bool
gd_params_unfreeze: gd_params* p, char* prefix -> bool
gd_params_vector_size: gd_params* p -> int64_t
gd_permutation: int64_t n -> gd_tensor*
gd_permute: gd_tensor* x, gd_shape axes -> gd_tensor*
gd_plateau_next: gd_plateau* plateau, double loss -> double
gd_plateau_start: double lr, gd_plateau_options options -> gd_plateau
gd_plot_band: gd_plot* p, char* series, gd_tensor* x, gd_tensor* low, gd_tensor* high -> bool
gd_plot_band_point: gd_plot* p, char* series, double x, double low, double high -> bool
gd_plot_bar: gd_plot* p, char* series, char*const[] names, gd_tensor* values -> bool
gd_plot_confusion: gd_plot* p, gd_tensor* counts, char*const[] names -> bool
gd_plot_contour: gd_plot* p, gd_surface* f, void* context, double x_low, double x_high, double y_low, double y_high
    -> bool
gd_plot_contour_grid: gd_plot* p, gd_tensor* z, double x_low, double x_high, double y_low, double y_high -> bool
gd_plot_free: gd_plot* p -> void
gd_plot_function: gd_plot* p, char* series, gd_curve* f, void* context, double x_low, double x_high -> bool
gd_plot_heat: gd_plot* p, gd_tensor* z, gd_heat_look look -> bool
gd_plot_histogram: gd_plot* p, char* series, gd_tensor* values, int bins -> bool
gd_plot_hline: gd_plot* p, double y, char* label -> bool
gd_plot_images: gd_plot* p, gd_tensor* images, gd_image_look look -> bool
gd_plot_legend: gd_plot* p, gd_legend place -> bool
gd_plot_levels: gd_plot* p, double* levels, int n, bool labels -> bool
gd_plot_live: gd_plot* p, FILE* stream, double seconds -> bool
gd_plot_live_break: gd_plot* p -> bool
gd_plot_log_x: gd_plot* p, bool on -> bool
gd_plot_log_y: gd_plot* p, bool on -> bool
gd_plot_log_z: gd_plot* p, bool on -> bool
gd_plot_new: char* title, char* x_label, char* y_label -> gd_plot*
gd_plot_note: gd_plot* p, double x, double y, char* text -> bool
gd_plot_point: gd_plot* p, char* series, double x, double y -> bool
gd_plot_save: gd_plot* p, char* path -> bool
gd_plot_save_grid: gd_plot*const[] panels, int rows, int columns, char* title, char* path -> bool
gd_plot_scale: gd_plot* p, double factor -> bool
gd_plot_scatter: gd_plot* p, char* series, gd_tensor* x, gd_tensor* y -> bool
gd_plot_scatter_classes: gd_plot* p, gd_tensor* x, gd_tensor* y, gd_tensor* classes, char*const[] names, int count
    -> bool
gd_plot_scatter_values: gd_plot* p, char* series, gd_tensor* x, gd_tensor* y, gd_tensor* values -> bool
gd_plot_second_log_y: gd_plot* p, bool on -> bool
gd_plot_second_where: gd_plot* p, double x, double y, double*out column, double*out row -> bool
gd_plot_second_y: gd_plot* p, char* series, char* label -> bool
gd_plot_second_ylim: gd_plot* p, double low, double high -> bool
gd_plot_size: gd_plot* p, int width, int height -> bool
gd_plot_style: gd_plot* p, char* series, gd_plot_look look -> bool
gd_plot_tensor: gd_plot* p, char* series, gd_tensor* x, gd_tensor* y -> bool
gd_plot_where: gd_plot* p, double x, double y, double*out column, double*out row -> bool
gd_plot_xlim: gd_plot* p, double low, double high -> bool
gd_plot_ylim: gd_plot* p, double low, double high -> bool
gd_plot_z_label: gd_plot* p, char* label -> bool
gd_plot_zlim: gd_plot* p, double low, double high -> bool
gd_poisson_nll_loss: gd_tensor* prediction, gd_tensor* target, bool log_input, bool full, double eps, gd_reduction
    reduction -> gd_tensor*
gd_pow: gd_tensor* x, double p -> gd_tensor*
gd_pow_tensor: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_prelu: gd_tensor* x, gd_tensor* weight -> gd_tensor*
gd_print: FILE* out, gd_tensor* t -> void
gd_prod: gd_tensor* x -> gd_tensor*
gd_prod_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_program_free: gd_program* program -> void
gd_program_print: FILE* out, gd_program* program -> void
gd_progress_end: gd_progress* bar -> void
gd_progress_show: gd_progress* bar, double epoch, int64_t step, double loss, int64_t examples -> void
gd_progress_start: FILE* out, char* label -> gd_progress
gd_qr: gd_tensor* a -> gd_qr_result
gd_r2: gd_tensor* prediction, gd_tensor* target -> double
gd_radam: gd_params* p, gd_radam_options options -> gd_optimizer*
gd_radam_dialect: gd_dialect dialect -> gd_radam_options
gd_randint: gd_shape shape, int64_t low, int64_t high -> gd_tensor*
gd_random_choice: gd_tensor* x, int64_t draws, bool replacement, gd_tensor* weights -> gd_tensor*
gd_random_crop: gd_tensor* x, int64_t height, int64_t width, int64_t padding -> gd_tensor*
gd_random_cutout: gd_tensor* x, int64_t size -> bool
gd_random_flip: gd_tensor* x, double probability -> bool
gd_random_shift: gd_tensor* x, int64_t pixels -> bool
gd_read_limit:  -> int64_t
gd_reciprocal: gd_tensor* x -> gd_tensor*
gd_recomputed: gd_function* function, void* context, gd_tensor*const[] xs, int n -> gd_tensor*
gd_record: gd_op* op, gd_tensor* y, gd_tensor*const[] inputs, int n, void* attributes, size_t size -> gd_tensor*
gd_recurrent_apply: gd_recurrent_layer* layer, gd_tensor* x, gd_tensor* lengths, gd_lstm_state start, bool training
    -> gd_recurrent_result
gd_recurrent_new: gd_params* p, char* name, gd_recurrence kind, int64_t in, int64_t hidden, gd_recurrent_options
    options -> gd_recurrent_layer
gd_register_hook: gd_tensor* x, gd_gradient_hook* hook, void* context -> bool
gd_register_post_hook: gd_tensor* x, gd_post_hook* hook, void* context -> bool
gd_relu: gd_tensor* x -> gd_tensor*
gd_remainder: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_remove_hook: gd_tensor* x, gd_gradient_hook* hook, void* context -> bool
gd_remove_post_hook: gd_tensor* x, gd_post_hook* hook, void* context -> bool
gd_repeat: gd_tensor* x, gd_shape times -> gd_tensor*
gd_requires_grad: gd_tensor* t -> gd_tensor*
gd_reshape: gd_tensor* x, gd_shape shape -> gd_tensor*
gd_retain_grad: gd_tensor* t -> gd_tensor*
gd_rms_norm: gd_tensor* x, gd_tensor* weight, double eps -> gd_tensor*
gd_rms_norm_apply: gd_rms_norm_layer* layer, gd_tensor* x -> gd_tensor*
gd_rms_norm_new: gd_params* p, char* name, gd_shape shape -> gd_rms_norm_layer
gd_rmsprop: gd_params* p, gd_rmsprop_options options -> gd_optimizer*
gd_rmsprop_dialect: gd_dialect dialect -> gd_rmsprop_options
gd_rnn_apply: gd_cell* cell, gd_tensor* x, gd_tensor* h -> gd_tensor*
gd_rnn_new: gd_params* p, char* name, int64_t in, int64_t hidden -> gd_cell
gd_roc_auc: gd_tensor* scores, gd_tensor* labels -> double
gd_roll: gd_tensor* x, int64_t shift, int axis -> gd_tensor*
gd_rotary: gd_tensor* x, int64_t first, double base, bool halves -> gd_tensor*
gd_round: gd_tensor* x -> gd_tensor*
gd_rprop: gd_params* p, gd_rprop_options options -> gd_optimizer*
gd_rprop_dialect: gd_dialect dialect -> gd_rprop_options
gd_rsqrt: gd_tensor* x -> gd_tensor*
gd_run: gd_program* program, gd_tensor*const[] inputs, int n -> gd_tensor*
gd_running_add: gd_running* running, double value, double weight -> bool
gd_running_mean: gd_running* running -> double
gd_running_start:  -> gd_running
gd_safetensors_close: gd_safetensors* file -> void
gd_safetensors_count: gd_safetensors* file -> int64_t
gd_safetensors_find: gd_safetensors* file, char* name -> int64_t
gd_safetensors_metadata: gd_safetensors* file, char* key -> char*
gd_safetensors_metadata_at: gd_safetensors* file, int64_t i -> gd_metadata
gd_safetensors_metadata_count: gd_safetensors* file -> int64_t
gd_safetensors_name: gd_safetensors* file, int64_t i -> char*
gd_safetensors_open: char* path -> gd_safetensors*
gd_safetensors_read: gd_safetensors* file, char* name -> gd_tensor*
gd_safetensors_shape: gd_safetensors* file, int64_t i -> gd_shape
gd_safetensors_type: gd_safetensors* file, int64_t i -> char*
gd_safetensors_write: char* path, char*const[] names, gd_tensor*const[] tensors, int64_t n, gd_metadata* metadata,
    int64_t metadata_count -> bool
gd_save: char* path, gd_params* p, gd_optimizer* o -> bool
gd_save_run: char* path, gd_params* p, gd_optimizer* o, gd_loader* loader -> bool
gd_scalar: double value -> gd_tensor*
gd_scale: gd_tensor* x, double s -> gd_tensor*
gd_scatter: gd_tensor* x, int axis, gd_tensor* index, gd_tensor* source -> gd_tensor*
gd_scatter_add: gd_tensor* x, int axis, gd_tensor* index, gd_tensor* source -> gd_tensor*
gd_schedule_free_adamw: gd_params* p, gd_schedule_free_options options -> gd_optimizer*
gd_schedule_free_adamw_dialect: gd_dialect dialect -> gd_schedule_free_options
gd_scope_begin:  -> bool
gd_scope_end:  -> bool
gd_scope_end_with: gd_tensor* t -> gd_tensor*
gd_scope_enter:  -> int
gd_scope_leave: int*out depth -> void
gd_scores_averaged: gd_tensor* confusion, gd_average average -> gd_class_scores
gd_scores_of_class: gd_tensor* confusion, int64_t k -> gd_class_scores
gd_seed: uint64_t seed -> void
gd_select: gd_tensor* x, int axis, int64_t i -> gd_tensor*
gd_self_attention: gd_tensor* qkv, int64_t heads, bool causal -> gd_tensor*
gd_selu: gd_tensor* x -> gd_tensor*
gd_set_grad: gd_tensor* t, gd_tensor* value -> bool
gd_set_memory_warning: size_t bytes -> void
gd_set_name: gd_tensor* t, char* name -> gd_tensor*
gd_set_read_limit: int64_t bytes -> bool
gd_set_schedule: gd_group* group, gd_schedule schedule -> bool
gd_set_threads: int n -> bool
gd_sgd: gd_params* p, gd_sgd_options options -> gd_optimizer*
gd_sgd_dialect: gd_dialect dialect -> gd_sgd_options
gd_shape_of_tensor: gd_tensor* t -> gd_shape
gd_shift: gd_tensor* x, double s -> gd_tensor*
gd_shutdown:  -> void
gd_sigmoid: gd_tensor* x -> gd_tensor*
gd_sign: gd_tensor* x -> gd_tensor*
gd_silu: gd_tensor* x -> gd_tensor*
gd_sin: gd_tensor* x -> gd_tensor*
gd_sinh: gd_tensor* x -> gd_tensor*
gd_sinusoidal_positions: int64_t length, int64_t width -> gd_tensor*
gd_slice: gd_tensor* x, int axis, int64_t start, int64_t stop, int64_t step -> gd_tensor*
gd_slogdet: gd_tensor* a -> gd_slogdet_result
gd_smooth_l1_loss: gd_tensor* prediction, gd_tensor* target, double beta, gd_reduction reduction -> gd_tensor*
gd_soft_cross_entropy: gd_tensor* logits, gd_tensor* target, gd_tensor* weight, double label_smoothing, gd_reduction
    reduction -> gd_tensor*
gd_softmax: gd_tensor* x, int axis -> gd_tensor*
gd_softplus: gd_tensor* x -> gd_tensor*
gd_solve: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_solve_triangular: gd_tensor* a, gd_tensor* b, bool upper, bool unit -> gd_tensor*
gd_sort: gd_tensor* x, int axis, bool descending -> gd_tensor*
gd_spectral_norm: gd_tensor* w, gd_tensor* u, gd_tensor* v, int iterations, double eps -> gd_tensor*
gd_sqrt: gd_tensor* x -> gd_tensor*
gd_square: gd_tensor* x -> gd_tensor*
gd_squeeze: gd_tensor* x, int axis -> gd_tensor*
gd_stack: gd_tensor*const[] xs, int n, int axis -> gd_tensor*
gd_standardize: gd_tensor* t -> gd_tensor*
gd_std: gd_tensor* x, double correction -> gd_tensor*
gd_std_axes: gd_tensor* x, gd_shape axes, double correction, bool keep -> gd_tensor*
gd_std_axis: gd_tensor* x, int axis, double correction, bool keep -> gd_tensor*
gd_step: gd_optimizer* o -> bool
gd_step_closure: gd_optimizer* o, gd_closure* closure, void* context -> double
gd_sub: gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_subset: gd_dataset set, gd_rows rows -> gd_dataset
gd_sum: gd_tensor* x -> gd_tensor*
gd_sum_axes: gd_tensor* x, gd_shape axes, bool keep -> gd_tensor*
gd_sum_axis: gd_tensor* x, int axis, bool keep -> gd_tensor*
gd_svd: gd_tensor* a -> gd_svd_result
gd_table_categories: gd_table* table, int i -> int64_t
gd_table_category: gd_table* table, int i, int64_t k -> char*
gd_table_columns: gd_table* table -> int
gd_table_find: gd_table* table, char* name -> int
gd_table_free: gd_table* table -> void
gd_table_missing: gd_table* table, char*const[] names, int n -> gd_tensor*
gd_table_name: gd_table* table, int i -> char*
gd_table_numbers: gd_table* table, char*const[] names, int n -> gd_tensor*
gd_table_read: char* path, gd_table_options options -> gd_table*
gd_table_rows: gd_table* table -> int64_t
gd_tan: gd_tensor* x -> gd_tensor*
gd_tanh: gd_tensor* x -> gd_tensor*
gd_threads:  -> int
gd_top_k_accuracy: gd_tensor* scores, gd_tensor* labels, int64_t k -> double
gd_topk: gd_tensor* x, int64_t k, int axis, bool largest -> gd_picked
gd_trace: gd_tensor* x -> gd_tensor*
gd_trace_at: gd_optimizer* o, int64_t i -> gd_trace_row*
gd_trace_csv: gd_optimizer* o, char* path -> bool
gd_trace_picture: gd_optimizer* o, char* path -> bool
gd_trace_rows: gd_optimizer* o -> int64_t
gd_train_test_split: int64_t rows, double test_fraction, gd_split_options options -> gd_split
gd_transpose: gd_tensor* x, int axis0, int axis1 -> gd_tensor*
gd_tril: gd_tensor* x, int64_t diagonal -> gd_tensor*
gd_triplet_margin_loss: gd_tensor* anchor, gd_tensor* positive, gd_tensor* negative, gd_triplet_options options ->
    gd_tensor*
gd_triu: gd_tensor* x, int64_t diagonal -> gd_tensor*
gd_trunc: gd_tensor* x -> gd_tensor*
gd_truncated_normal: gd_shape shape, double mean, double std, double low, double high -> gd_tensor*
gd_uniform: gd_shape shape, double low, double high -> gd_tensor*
gd_unique: gd_tensor* x -> gd_uniques
gd_unsqueeze: gd_tensor* x, int axis -> gd_tensor*
gd_value_and_grad: gd_objective* f, double* x, double*out gradient, int64_t n -> double
gd_var: gd_tensor* x, double correction -> gd_tensor*
gd_var_axes: gd_tensor* x, gd_shape axes, double correction, bool keep -> gd_tensor*
gd_var_axis: gd_tensor* x, int axis, double correction, bool keep -> gd_tensor*
gd_vector_to_params: gd_params* p, double* x, int64_t n -> bool
gd_version:  -> char*
gd_vjp: gd_function* function, void* context, gd_tensor*const[] xs, int n, gd_tensor* dy, gd_tensor*[] dxs, bool
    create_graph -> gd_tensor*
gd_weight_norm: gd_tensor* v, gd_tensor* g, int axis -> gd_tensor*
gd_where: gd_tensor* condition, gd_tensor* a, gd_tensor* b -> gd_tensor*
gd_wrap: gd_shape shape, gd_real*out data -> gd_tensor*
gd_xavier_normal: gd_shape shape, double gain -> gd_tensor*
gd_xavier_uniform: gd_shape shape, double gain -> gd_tensor*
gd_yogi: gd_params* p, gd_yogi_options options -> gd_optimizer*
gd_yogi_dialect: gd_dialect dialect -> gd_yogi_options
gd_yogi_start_from: gd_optimizer* o -> bool
gd_zero_grad: gd_optimizer* o -> void
gd_zero_grad_of: gd_tensor* t -> void
gd_zeros: gd_shape shape -> gd_tensor*
gd_zeros_like: gd_tensor* t -> gd_tensor*
"""

_load_default()
