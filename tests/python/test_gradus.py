"""test_gradus.py - python/gradus.py against the library: numbers, shapes, errors, lifetimes, shared memory, callbacks.
Each test runs with both kinds of the library; see tests/scripts/python.sh."""
import gc
import tempfile
import threading
import unittest
import warnings

import numpy as np

import gradus


class Each:
    """The tests, for one library, self.gd."""

    def setUp(self):
        self.dtype = np.float64 if self.gd.real is gradus.c_double else np.float32
        self.other = np.float32 if self.dtype is np.float64 else np.float64

    def fails(self, text, function, *arguments, **named):
        with self.assertRaises(gradus.Error) as caught:
            function(*arguments, **named)
        self.assertIn(text, str(caught.exception))

    # -- calls --

    def test_values_and_gradients(self):
        gd = self.gd
        with gd.scope():
            x = gd.requires_grad(gd.tensor([[1, 2, 3], [4, 5, 6]]))
            self.assertEqual((x.shape, x.ndim, len(x), x.strides), ((2, 3), 2, 2, (3, 1)))
            self.assertIsNone(x.grad)
            y = gd.sum((2 * x - 1) ** 2 / 4 + x @ x.T @ gd.ones((2, 3)) * 0)
            gd.backward(y)
            np.testing.assert_allclose(x.grad.numpy(), 2 * np.arange(1, 7).reshape(2, 3) - 1, rtol=1e-6)
            dx, = gd.grad(gd.sum(x * x), None, [x], False)
            np.testing.assert_array_equal(dx, 2 * np.arange(1, 7).reshape(2, 3))
            value, along = gd.jvp(lambda xs: xs[0] * xs[0], [x], [gd.ones((2, 3))], False)
            np.testing.assert_array_equal(along, 2 * value.numpy() ** 0.5)
            hessian, = gd.hessian(lambda xs: gd.sum(xs[0] * xs[0] * xs[0]), [x[0]], False)
            np.testing.assert_allclose(hessian, np.diag([6, 12, 18]), rtol=1e-6)

    def test_views_and_text(self):
        gd = self.gd
        t = gd.tensor(np.arange(24).reshape(2, 3, 4))
        a = np.arange(24).reshape(2, 3, 4)
        for index in np.s_[1], np.s_[-1], np.s_[0, 2], np.s_[:, 1:3], np.s_[:, :, 0:4:2], np.s_[1, -2:, -1]:
            np.testing.assert_array_equal(t[index], a[index])
        np.testing.assert_array_equal(t.T, a.T)
        self.fails("step -1", lambda: t[::-1])
        self.fails("index 2 of axis 0 must lie in [-2, 2)", lambda: t[2])
        self.assertEqual([row.shape for row in t], [(3, 4)] * 2)
        self.assertEqual(repr(gd.scalar(2.5)), "[]: 2.5")
        self.assertIn("gd_square", gd.graph_print(gd.square(gd.requires_grad(gd.ones(2)))))
        self.assertIn("gd_tensor*gd_matmul(gd_tensor* a, gd_tensor* b)", gd.matmul.__doc__)
        self.assertEqual(gd.concat([t, t], 0).shape, (4, 3, 4))
        values, indices = (lambda p: (p.values, p.indices))(gd.topk(gd.tensor([1, 5, 3]), 2, 0, True))
        self.assertEqual((values.numpy().tolist(), indices.numpy().tolist()), ([5, 3], [1, 2]))
        rows, columns = gd.meshgrid([gd.arange(0, 2, 1), gd.arange(0, 3, 1)], gd.IJ).grid
        self.assertEqual((rows.numpy().tolist(), columns.shape), ([[0, 0, 0], [1, 1, 1]], (2, 3)))

    def test_comparisons(self):
        gd = self.gd
        x, y = gd.tensor([1, 2, 3]), gd.tensor([3, 2, 1])
        for got, expected in ((x < y, [1, 0, 0]), (x <= 2, [1, 1, 0]), (x > y, [0, 0, 1]), (2 > x, [1, 0, 0]),
                              (x >= y, [0, 1, 1]), (x == y, [0, 1, 0]), (x != 2, [1, 0, 1]), (2 ** x, [2, 4, 8])):
            self.assertEqual(got.numpy().tolist(), expected)
        self.fails("neither true nor false", lambda: 1 if x == y else 0)
        self.assertTrue(gd.all(x == x))
        self.assertFalse(gd.scalar(0))
        self.assertEqual(len({x, y, x}), 2)
        self.assertFalse(x == "text")

    def test_errors_are_exceptions(self):
        gd = self.gd
        self.fails("gd_matmul: a is [2, 3] and b is [2, 3]: the inner sizes 3 and 2 differ",
                   gd.matmul, gd.ones((2, 3)), gd.ones((2, 3)))
        self.fails("gd_adam: beta1 = 1.2 must lie in [0, 1)", gd.adam, gd.params_new(), beta1=1.2)
        self.fails("gd_add: b is None", gd.add, gd.ones(2), None)
        self.fails("/none.npy", gd.npy_read, "/none.npy")
        self.fails("gd_item", gd.ones((2, 2)).item)
        with self.assertRaisesRegex(TypeError, "gradus.add: b is a float, not a Tensor"):
            gd.add(gd.ones(2), 1.0)
        with self.assertRaisesRegex(TypeError, "gradus.adam has no argument beta3|has no field beta3"):
            gd.adam(gd.params_new(), beta3=1)
        with self.assertRaisesRegex(TypeError, "gradus.add: b missing"):
            gd.add(gd.ones(2))
        with self.assertRaisesRegex(TypeError, "p is a gd_plot, not a gd_params"):
            gd.params_count(gd.plot_new("a", "b", "c"))
        with self.assertRaisesRegex(TypeError, "set is a NoneType, not a gd_dataset"):
            gd.loader_new(None, batch=2)
        self.fails("gd_linear_apply: layer is NULL", gd.linear_apply, None, gd.ones(2))
        with self.assertRaises(AttributeError):
            gd.scope_begin
        with self.assertRaises(TypeError):
            np.ones(2) + gd.ones(2)
        with self.assertWarnsRegex(RuntimeWarning, "while no scope was open"):
            gd.set_memory_warning(1)
            try:
                for _ in range(20):
                    gd.zeros((100, 100))
            finally:
                gd.set_memory_warning(1 << 30)

    # -- memory that is shared --

    def test_arrays_look_at_tensors(self):
        gd = self.gd
        t = gd.zeros((2, 3))
        a = t.numpy()
        self.assertEqual((a.dtype, a.shape, a.flags.writeable), (self.dtype, (2, 3), False))
        self.assertEqual(t.dtype, np.dtype(self.dtype).name)
        gd.fill(t, 7)
        np.testing.assert_array_equal(a, np.full((2, 3), 7))
        np.testing.assert_array_equal(np.from_dlpack(t), a)
        self.assertEqual(np.from_dlpack(t).ctypes.data, a.ctypes.data)
        self.assertEqual(np.asarray(t).ctypes.data, a.ctypes.data)
        self.assertNotEqual(np.array(t).ctypes.data, a.ctypes.data)
        self.assertEqual(np.asarray(t, dtype=self.other).dtype, self.other)
        for view, like in ((t.T, a.T), (t[:, ::2], a[:, ::2]), (gd.expand(t[0], (4, 3)), np.broadcast_to(a[0], (4, 3))),
                           (gd.scalar(3), np.array(3)), (gd.zeros((0, 3)), np.zeros((0, 3)))):
            np.testing.assert_array_equal(view.numpy(), like)
            np.testing.assert_array_equal(np.from_dlpack(view), like)

    def test_tensors_look_at_arrays(self):
        gd = self.gd
        a = np.arange(6, dtype=self.dtype).reshape(2, 3)
        t = gd.wrap(a)
        a[1, 2] = 9
        self.assertEqual(gd.at(t, (1, 2)), 9)
        gd.fill(t, 4)
        self.assertEqual(a.sum(), 24)
        self.fails("not contiguous", gd.wrap, a.T)
        self.fails("not contiguous", gd.wrap, a[:, ::2])
        self.fails("not contiguous", gd.wrap, a[::-1])
        self.fails("type f%d" % np.dtype(self.other).itemsize, gd.wrap, a.astype(self.other))
        self.fails("type i8", gd.wrap, np.arange(3))
        self.fails("type >f", gd.wrap, a.astype(np.dtype(self.dtype).newbyteorder(">")))
        self.fails("cannot be written to", gd.wrap, t.numpy())
        for copied in (a.T, a[::-1], a.astype(self.other), np.arange(3), [[1, 2], [3, 4]], 5, t):
            np.testing.assert_array_equal(gd.tensor(copied), np.asarray(copied))
        self.fails("rows of different shapes", gd.tensor, [[1, 2], [3]])

        class Other:                                    # something that has nothing but DLPack
            def __dlpack__(self):
                return a.__dlpack__()
        t = gd.wrap(Other())
        a[0, 0] = 11
        self.assertEqual(gd.at(t, (0, 0)), 11)
        capsule = a.__dlpack__()

        class Twice:
            def __dlpack__(self):
                return capsule
        gd.wrap(Twice())
        self.fails("used before", gd.wrap, Twice())

    def test_wrapped_arrays_live_as_long_as_the_scope(self):
        gd = self.gd
        gone = []

        class Watched(np.ndarray):
            def __del__(self):
                gone.append(1)
        with gd.scope():
            w = gd.requires_grad(gd.wrap(np.ones(3, dtype=self.dtype).view(Watched)))
            y = gd.sum(w * w)
            del w
            gc.collect()
            self.assertEqual(gone, [])                  # the graph still reads it
            gd.backward(y)
        del y
        gc.collect()
        self.assertTrue(gone)

    # -- lifetimes --

    def test_scopes(self):
        gd = self.gd
        before = gd.memory_live()
        for _ in range(100):
            with gd.scope():
                x = gd.ones((100, 100))
        self.assertLess(gd.memory_live() - before, 1 << 22)
        self.fails("gd_sum: x belongs to a scope that has ended", gd.sum, x)
        self.fails("a scope that has ended", x.numpy)
        self.fails("a scope that has ended", lambda: x.shape)
        self.assertEqual(repr(x), "<a tensor of a scope that has ended>")
        with gd.scope():
            y = gd.ones(3)
            with gd.scope():
                z = gd.keep(gd.shift(y, 1))
                v = y[1:]
            self.assertEqual(gd.sum(z).item(), 6)       # kept in the outer scope
            self.fails("a scope that has ended", gd.sum, v)
        self.fails("a scope that has ended", gd.sum, z)
        with self.assertRaises(ZeroDivisionError):
            with gd.scope():
                1 / 0
        self.assertFalse(gd._state.scopes)

    def test_an_array_outlives_a_scope(self):
        gd = self.gd
        with gd.scope():
            with self.assertWarnsRegex(ResourceWarning, "the memory stays"):
                with gd.scope():
                    a = gd.full(1000, 5).numpy()
            for _ in range(10):                         # would reuse the memory
                with gd.scope():
                    gd.full(1000, 6)
            later = gd.full(1000, 7)
            self.assertEqual(a.sum(), 5000)
            self.assertEqual(gd.sum(later).item(), 7000)
            del a
        self.fails("a scope that has ended", gd.sum, later)

    def test_a_warning_that_is_an_exception(self):
        gd = self.gd
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with gd.scope():
                with self.assertRaises(ResourceWarning):
                    with gd.scope():
                        a = gd.ones(3).numpy()
                self.assertEqual(len(gd._state.scopes), 1)
                self.assertEqual(a.sum(), 3)
                del a
        self.assertFalse(gd._state.scopes)

    def test_owners(self):
        gd = self.gd
        net = gd.params_new()
        layer = gd.linear_new(net, "h", 3, 2)
        adam = gd.adam(net, lr=0.5)
        weight = layer.weight
        array = weight.numpy()
        self.fails("a NumPy array still looks", net.close)
        del array
        net.close()
        self.fails("a gd_params that has been closed", gd.sum, weight)
        self.fails("a gd_params that has been closed", gd.linear_apply, layer, gd.ones((1, 3)))
        self.fails("a gd_params that has been closed", gd.step, adam)
        self.fails("a gd_params that has been closed", gd.params_count, net)
        net.close()                                     # twice is fine
        weight = gd.linear_new(gd.params_new(), "h", 3, 2).weight
        gc.collect()
        self.assertEqual(weight.shape, (2, 3))          # the tensor keeps its model
        before = gd.memory_live()
        for _ in range(50):
            gd.linear_new(gd.params_new(), "h", 100, 100)
        gc.collect()
        self.assertLess(gd.memory_live() - before, 1 << 22)
        loader = gd.loader_new(gd.dataset(x=gd.ones((4, 2))), batch=2)
        batch = next(iter(loader))
        x = batch.x
        loader.close()
        self.fails("a gd_loader that has been closed", gd.sum, x)

    def test_structs_end_with_their_scope(self):
        gd = self.gd
        x = gd.tensor(np.arange(10).reshape(10, 1))
        with gd.scope():
            split = gd.train_test_split(10, 0.2)
            rows, picked = split.train, gd.topk(gd.tensor([1, 2, 3]), 1, 0, True)
            self.assertEqual((rows.count, picked.values.item()), (8, 3))
            self.assertEqual(gd.subset(gd.dataset(x=x), rows).x.shape, (8, 1))
            batches = [b.size for b in gd.loader_new(gd.dataset(x=x), gd.loader_options(batch=5, rows=rows))]
            self.assertEqual(batches, [5, 3])
        self.fails("rows belongs to a scope that has ended", gd.subset, gd.dataset(x=x), rows)
        self.fails("a scope that has ended", lambda: split.test)
        self.fails("a scope that has ended", lambda: picked.values)
        self.assertEqual(repr(picked), "gd_picked(values=<ended>, indices=<ended>)")

        net = gd.params_new()
        with gd.scope():                                # these belong to no scope
            schedule, layer = gd.lr_warmup(gd.lr_cosine(1, 0, 10), 5, 0), gd.linear_new(net, "h", 1, 1)
            copy = gd.params_copy(net)
        self.assertEqual(gd.lr_at(schedule, 5), 1)
        self.assertEqual(gd.linear_apply(layer, x).shape, (10, 1))
        net.close()
        self.assertEqual(gd.params_count(copy), 2)

    def test_arrays_in_structs(self):
        gd = self.gd
        data = gd.dataset(x=gd.tensor(np.arange(4)))
        drawn = [int(v) for b in gd.loader_new(data, batch=2, weights=[0, 0, 1, 0], draws=6) for v in b.x.numpy()]
        self.assertEqual(drawn, [2] * 6)
        with gd.scope():
            weights = gd.balanced_weights(gd.tensor([0, 0, 0, 1]))
            self.assertEqual(sum(b.size for b in gd.loader_new(data, batch=2, weights=weights)), 4)
        self.fails("weights has 3 elements, and 4 are needed", gd.loader_new, data, batch=2, weights=[1, 1, 1])
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/t.csv", "w") as file:
                file.write("a,b\n1,2\n3,4\n")
            table = gd.table_read(folder + "/t.csv", text=["b"], text_count=1)
            self.assertEqual(gd.table_category(table, 1, 1), "4")

    def test_shutdown(self):
        gd = self.gd
        x = gd.ones(3)
        a = x.numpy()
        self.fails("still looks at a tensor of the program", gd.shutdown)
        with gd.scope():
            self.fails("1 scopes are open", gd.shutdown)
        del a
        gc.collect()
        if not gd._state.program.exports:
            gd.shutdown()
            self.fails("the program before gd.shutdown()", gd.sum, x)

    # -- models, options, callbacks, threads --

    def test_training(self):
        gd = self.gd
        gd.seed(1)
        rng = np.random.default_rng(0)
        x = rng.normal(size=(64, 3)).astype(self.dtype)
        y = (x @ np.array([[1], [-2], [3]]) + 0.5).astype(self.dtype)
        net = gd.params_new()
        layer = gd.linear_new(net, "line", 3, 1)
        adam = gd.adam(net, gd.adam_options(lr=0.1))
        self.assertEqual((adam.lr, adam.steps), (0.1, 0))
        adam.lr = 0.05
        loader = gd.loader_new(gd.dataset(x=gd.wrap(x), y=gd.wrap(y)), batch=16, shuffle=True, seed=3)
        for _ in range(100):
            for batch in loader:
                with gd.scope():
                    gd.backward(gd.mse_loss(gd.linear_apply(layer, batch.x), batch.y, gd.MEAN))
                    gd.step(adam)
                    gd.zero_grad(adam)
        self.assertEqual(adam.steps, 400)
        np.testing.assert_allclose(layer.weight.numpy(), [[1, -2, 3]], atol=2e-3)
        np.testing.assert_allclose(layer.bias.numpy(), [0.5], atol=2e-3)
        biases = gd.optimizer_group(adam, "line.bias")
        gd.group_set(biases, "weight_decay", 0.25)
        self.assertEqual(gd.group_get(biases, "weight_decay"), 0.25)
        self.fails("nothing", gd.group_get, biases, "nothing")
        gd.set_schedule(biases, gd.lr_custom(lambda t: 1 / (t + 1)))
        with gd.scope():
            gd.backward(gd.sum(layer.bias))
            gd.step(adam)
        self.assertAlmostEqual(biases.lr, 1 / 401)

    def test_defaults_are_the_headers(self):
        gd = self.gd
        o = gd.adam_options()
        self.assertEqual((o.lr, o.beta1, o.beta2, o.eps, o.weight_decay), (1e-3, 0.9, 0.999, 1e-8, 0))
        self.assertEqual(gd.adafactor_options().eps1, np.finfo(self.dtype).eps)
        self.assertEqual(list(gd.conv2d_options().dilation), [1, 1])
        self.assertEqual(gd.adamw_dialect(gd.OPTAX).weight_decay, 1e-4)
        self.assertEqual(gd.muon_adamw_defaults().adamw, True)
        self.assertEqual(gd.muon_options().adamw, False)
        self.assertEqual(gd.csv_options(separator=";").separator, b";")

    def test_callbacks(self):
        gd = self.gd
        net = gd.params_new()
        w = gd.param(net, "w", gd.tensor([3, -4]))
        lbfgs = gd.lbfgs(net)

        def closure():
            gd.zero_grad(lbfgs)
            with gd.scope():
                loss = gd.sum(gd.square(w - 1))
                gd.backward(loss)
                return loss.item()
        self.assertEqual(gd.step_closure(lbfgs, closure), 29)
        np.testing.assert_allclose(w.numpy(), [1, 1], atol=1e-5)
        self.assertTrue(gd.gradcheck(lambda xs: gd.sum(gd.sin(xs[0])), [w]))
        with self.assertRaises(KeyError):
            gd.gradcheck(lambda xs: {}["none"], [w])
        self.fails("gd_gradcheck", gd.gradcheck, lambda xs: None, [w])
        seen = []
        with gd.scope():
            x = gd.requires_grad(gd.ones(2))
            gd.register_hook(x, lambda x, dx: seen.append(dx.numpy().copy()) or dx * 2)
            gc.collect()
            gd.backward(gd.sum(x * 3))
            np.testing.assert_array_equal(x.grad.numpy(), [6, 6])
        np.testing.assert_array_equal(seen[0], [3, 3])

    def test_batches_changed_in_a_thread(self):
        gd = self.gd
        data = gd.dataset(x=gd.tensor(np.arange(8)))

        def doubles(batch):
            return gd.assign(batch.x, batch.x * 2)

        def raises(batch):
            raise KeyError("mine")

        def fails(batch):
            return gd.fill(batch.y, 1)                  # there is none
        for ahead in 0, 2:
            loader = gd.loader_new(data, batch=4, change=doubles, prefetch=ahead)
            self.assertEqual([b.x.numpy().tolist() for b in loader], [[0, 2, 4, 6], [8, 10, 12, 14]])
            with self.assertRaisesRegex(KeyError, "mine"):
                list(gd.loader_new(data, batch=4, change=raises, prefetch=ahead))
            self.fails("gd_fill: x is N", list, gd.loader_new(data, batch=4, change=fails, prefetch=ahead))

    def test_vectors_and_runs(self):
        gd = self.gd
        net = gd.params_new()
        w = gd.param(net, "w", gd.tensor([1, 2, 3]))
        x, gradient = np.empty(3), np.empty(3)
        gd.params_to_vector(net, x)
        np.testing.assert_array_equal(x, [1, 2, 3])
        f = gd.objective(params=net, loss=lambda: gd.sum(w * w))
        self.assertEqual(gd.value_and_grad(f, x + 1, gradient), 29)
        np.testing.assert_array_equal(gradient, [4, 6, 8])
        self.assertEqual(gd.value_and_grad(f, [1, 0, 0], None), 1)
        np.testing.assert_array_equal(w, [1, 0, 0])
        self.fails("n is 2, and the parameters have 3 elements", gd.vector_to_params, net, [1, 2])
        with self.assertRaisesRegex(TypeError, "writes to x: a contiguous NumPy array of type f8 is needed"):
            gd.params_to_vector(net, [0, 0, 0])
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/run.safetensors"
            run = gd.training_run(params=net, optimizer=gd.sgd(net, lr=0.5))
            self.assertTrue(gd.checkpoint_save(path, run))
            with gd.no_grad():
                gd.fill(w, 7)
            self.assertTrue(gd.checkpoint_load(path, run, gd.load_options(), None))
        np.testing.assert_array_equal(w, [1, 0, 0])
        net.close()
        self.fails("a gd_params that has been closed", gd.value_and_grad, f, [1, 0, 0], None)

    def test_threads_have_their_own_scopes(self):
        gd, results = self.gd, []

        def work():
            try:
                gd.add(gd.ones(2), gd.ones(3))
            except gradus.Error as error:
                results.append(str(error))
            with gd.scope():
                results.append(gd.sum(gd.ones(5)).item())
        with gd.scope():
            threads = [threading.Thread(target=work) for _ in range(2)]
            [t.start() for t in threads]
            [t.join() for t in threads]
            self.assertEqual(gd.sum(gd.ones(2)).item(), 2)
        self.assertEqual(results.count(5), 2)
        self.assertEqual(sum("gd_add" in str(r) for r in results), 2)

    def test_threads_begin_and_end(self):
        gd, results = self.gd, []

        def work():
            try:
                gd.zeros(-1)                            # the very first call of the thread
            except gradus.Error as error:
                results.append(str(error))
            results.append(gd.ones(5))
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertIn("gd_zeros", results[0])
        self.fails("a thread that has ended", gd.sum, results[1])

    def test_calls_inside_of_calls(self):
        gd = self.gd
        x = gd.requires_grad(gd.ones(2))

        def fails_and_frees(xs):
            gd._function("gd_fail")(b"%s", b"mine")
            gd.params_new()                             # freed at once, by a call of its own
        self.fails("mine", gd.vjp, fails_and_frees, [x], None, False)
        kept = []

        def keeps(xs):
            kept.append(gd.sum(xs[0]))
            return gd.sum(gd.square(kept[-1]))
        for _ in range(3):
            gd.vjp(keeps, [x], None, False)
        self.fails("a callback that has ended", gd.neg, kept[0])

    def test_a_scope_is_entered_once(self):
        scope = self.gd.scope()
        with scope:
            self.fails("entered once", scope.__enter__)
        self.fails("entered once", scope.__enter__)

    def test_names_of_fields(self):
        gd = self.gd
        adam = gd.adam(gd.params_new())
        for thing in (adam, gd.adam_options()):
            with self.assertRaisesRegex(AttributeError, "has no field rate"):
                thing.rate = 1
        with self.assertRaisesRegex(TypeError, "is a gd_sgd_options, and the optimizer was made with a gd_adam_op"):
            gd.optimizer_group(adam, "a", gd.sgd_options())
        gd.optimizer_group(adam, "a", gd.adam_options(lr=0.5))
        adam.close()
        with self.assertRaisesRegex(gradus.Error, "a gd_optimizer that has been closed"):
            adam.lr = 1
        self.assertEqual(gd.load_options(prefix="model.").prefix, "model.")
        self.assertIsNone(gd.load_options().prefix)
        with self.assertRaisesRegex(TypeError, "a field is a list, not a Tensor"):
            gd.dataset(x=[1])

    def test_numbers_are_checked(self):
        gd = self.gd
        t = gd.tensor(np.arange(6).reshape(2, 3))
        self.assertEqual(t[np.int64(1), np.int32(2)].item(), 5)
        self.assertEqual(gd.zeros(np.int64(2)).shape, (2,))
        self.assertEqual((t[0] * np.float32(2)).numpy().tolist(), [0, 2, 4])
        for error, text, call in (
                (OverflowError, "does not fit", lambda: gd.seed(-1)),
                (OverflowError, "does not fit", lambda: gd.softmax(t, 1 << 40)),
                (TypeError, "a size is a float", lambda: gd.zeros((2.5,))),
                (TypeError, "axis is a NoneType", lambda: gd.softmax(t, None)),
                (TypeError, "s is a NoneType, not a number", lambda: gd.scale(t, None)),
                (TypeError, "keep is a NoneType, not True or False", lambda: gd.sum_axis(t, 0, None)),
                (ValueError, "a character 0 inside", lambda: gd.npy_read("a\0b")),
                (gradus.Error, "gd_copy_out: row_major has 5 elements, and 6 are needed",
                 lambda: gd.copy_out(t, np.empty(5, dtype=self.dtype))),
                (gradus.Error, "gd_from: values has 2 elements, and 6 are needed",
                 lambda: getattr(gd, "from")((2, 3), [1, 2]))):
            with self.assertRaisesRegex(error, text):
                call()
        net = gd.params_new()
        w = gd.param(net, "w", gd.tensor([1, 2, 3]))
        f = gd.objective(params=net, loss=lambda: gd.sum(w * w))
        self.fails("x has 2 elements, and gradient has 3", gd.value_and_grad, f, [1, 2], np.empty(3))
        gd.vector_to_params(net, np.array([4, 5, 6], dtype=">f8"))
        np.testing.assert_array_equal(w, [4, 5, 6])
        if self.dtype is np.float32:
            self.fails("1e+300 is beyond", gd.tensor, [1.0, 1e300])
            self.fails("beyond", gd.tensor, np.array([1.0, 1e300]))
        self.assertEqual(gd.tensor([1.0, float("inf")])[1].item(), float("inf"))
        self.fails("type complex128", gd.tensor, np.array([1j]))
        self.assertEqual(gd.tensor(np.array(2.0)).shape, ())
        self.fails("not aligned", gd.wrap, np.zeros(41, dtype=np.uint8)[1:].view(self.dtype)[:2])
        self.assertEqual(gd.wrap(np.zeros((3, 0), dtype=self.dtype)).shape, (3, 0))
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/t.safetensors"
            gd.safetensors_write(path, ["w"], [w], {"made": "here", "on": "a day"})
            file = gd.safetensors_open(path)
            self.assertEqual(gd.safetensors_metadata_count(file), 2)
            self.assertEqual(gd.safetensors_metadata(file, "on"), "a day")
            gd.safetensors_write(path, ["w"], [w], None)

    def test_none_for_every_argument(self):             # an exception, or nothing, but never a crash
        gd, called = self.gd, 0
        for name, line in gd._functions.items():
            short, parameters = name[3:], line.rpartition(" -> ")[0].split(", ")
            if name in gradus.OWN or name in gd._frees.values() or \
                    short.startswith(("scope_", "no_grad_", "node_", "generator_leave", "progress_")):
                continue
            parameters = [tuple(p.rsplit(" ", 1)) for p in parameters if p]
            asked = [i for i in range(len(parameters)) if not gd._implied(parameters, i)]
            if asked:
                called += 1
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        getattr(gd, short)(*[None] * len(asked))
                    except (gradus.Error, TypeError, ValueError, AttributeError):
                        pass
        self.assertGreater(called, 400)

    def test_every_function_has_types(self):
        gd = self.gd
        for name in gd._functions:
            if name not in gradus.OWN:
                self.assertTrue(hasattr(gd._dll, gd._prefix + name[3:]), name)
                for part in gd._functions[name].rpartition(" -> ")[0].split(", "):
                    kind = part.split(" ")[0].replace("*out", "").rstrip("*").replace("*const[]", "").replace("*[]", "")
                    known = any(kind in kinds for kinds in (
                        gradus.NUMBERS, gd._structs, gd._callbacks, gd._enums, gd._frees,
                        ("", "gd_real", "gd_group", "void", "FILE", "gd_node", "gd_animation")))
                    self.assertTrue(known, "%s: %s" % (name, part))


class Float(Each, unittest.TestCase):
    gd = gradus._float


class Double(Each, unittest.TestCase):
    gd = gradus.double

    def test_kinds_do_not_mix(self):
        with self.assertRaisesRegex(TypeError, "other number type"):
            self.gd.add(self.gd.ones(2), gradus.ones(2))


class Import(unittest.TestCase):
    def refuses(self, text, **changed):
        old = {name: getattr(gradus, name) for name in changed}
        try:
            for name, value in changed.items():
                setattr(gradus, name, value)
            with self.assertRaisesRegex(ImportError, text):
                gradus.Library()
        finally:
            for name, value in old.items():
                setattr(gradus, name, value)

    def test_another_library_is_refused(self):
        self.refuses("gd_adam_options.beta2 is 16 in the library and 8 here",
                     STRUCTS=gradus.STRUCTS.replace("gd_adam_options: lr double; beta1 double; beta2 double;",
                                                    "gd_adam_options: lr double; beta2 double; beta1 double;"))
        self.refuses("size of gd_gradcheck_options is 24 in the library and 32 here",
                     STRUCTS=gradus.STRUCTS.replace("gd_gradcheck_options:", "gd_gradcheck_options: more double;"))
        self.refuses("this is for version 9", VERSION="9")


if __name__ == "__main__":
    warnings.simplefilter("always")
    unittest.main()
