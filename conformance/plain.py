"""plain.py - an example for check.py: optimizers, schedules and clipping in plain Python."""
import math


class Elementwise:
    """An optimizer that treats each number by itself: rule(t, w, g, state), with a dict of state for each."""

    def __init__(self, rule, parameters):
        self.rule, self.w, self.t = rule, list(parameters), 0
        self.state = [{} for _ in parameters]

    def step(self, gradient):
        self.t += 1
        self.w = [self.rule(self.t, w, g, s) for w, g, s in zip(self.w, gradient, self.state)]
        return self.w


def sign(x):
    return (x > 0) - (x < 0)


def optimizer(setting, parameters):
    get = lambda key, otherwise=0.0: setting.get(key, otherwise)
    lr, decay, eps = get("lr"), get("weight_decay"), get("eps")
    b1, b2, momentum = get("beta1"), get("beta2"), get("momentum")
    inside = bool(get("eps_inside"))

    def root(v):                                        # where eps stands
        return math.sqrt(v + eps) if inside else math.sqrt(v) + eps

    def sgd(t, w, g, s):
        g += decay * w
        if not momentum:
            return w - lr * g
        s["b"] = g if t == 1 else momentum * s["b"] + (1 - get("dampening")) * g
        return w - lr * (g + momentum * s["b"] if get("nesterov") else s["b"])

    def adam(t, w, g, s):
        if get("decoupled"):
            w *= 1 - lr * decay
        else:
            g += decay * w
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g * g
        s["most"] = max(s.get("most", 0), s["v"])
        v = s["most"] if get("amsgrad") else s["v"]
        return w - lr * s["m"] / (1 - b1**t) / (math.sqrt(v / (1 - b2**t)) + eps)

    def yogi(t, w, g, s):
        g += decay * w
        m, v = s.get("m", get("m0")), s.get("v", get("s0"))
        s["m"], s["v"] = b1 * m + (1 - b1) * g, v + (1 - b2) * sign(g * g - v) * g * g
        c1, c2 = (1 - b1**t, 1 - b2**t) if get("bias_correction") else (1, 1)
        return w - lr * s["m"] / c1 / (math.sqrt(s["v"] / c2) + eps)

    def adagrad(t, w, g, s):
        g += decay * w
        s["s"] = s.get("s", get("initial_accumulator")) + g * g
        return w - lr / (1 + (t - 1) * get("lr_decay")) * g / root(s["s"])

    def rmsprop(t, w, g, s):
        g += decay * w
        rho = get("alpha")
        s["v"] = rho * s.get("v", 0) + (1 - rho) * g * g
        s["a"] = rho * s.get("a", 0) + (1 - rho) * g
        d = g / root(s["v"] - s["a"]**2 if get("centered") else s["v"])
        s["b"] = momentum * s.get("b", 0) + d
        return w - lr * s["b"]

    def adadelta(t, w, g, s):
        rho = get("rho")
        s["s"] = rho * s.get("s", 0) + (1 - rho) * g * g
        d = math.sqrt(s.get("u", 0) + eps) / math.sqrt(s["s"] + eps) * g
        s["u"] = rho * s.get("u", 0) + (1 - rho) * d * d
        return w - lr * d

    def lion(t, w, g, s):
        m = s.get("m", 0)
        s["m"] = b2 * m + (1 - b2) * g
        return (1 - lr * decay) * w - lr * sign(b1 * m + (1 - b1) * g)

    def adamax(t, w, g, s):
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["u"] = max(b2 * s.get("u", 0), abs(g) + eps)
        return w - lr / (1 - b1**t) * s["m"] / s["u"]

    rule = dict(sgd=sgd, adam=adam, yogi=yogi, adagrad=adagrad, rmsprop=rmsprop, adadelta=adadelta, lion=lion,
                adamax=adamax).get(setting["rule"])
    return rule and Elementwise(rule, parameters)


def rates(setting, n, metric):
    base, gamma = setting.get("base_lr"), setting.get("gamma")
    rate = dict(
        step=lambda t: base * gamma ** (t // setting["step_size"]),
        exponential=lambda t: base * gamma**t,
        multistep=lambda t: base * gamma ** sum(float(m) <= t for m in setting["milestones"].split()),
        cosine=lambda t: setting["eta_min"] + (base - setting["eta_min"]) *
        (1 + math.cos(math.pi * t / setting["T_max"])) / 2,
        polynomial=lambda t: base * (1 - min(t, setting["total_iters"]) / setting["total_iters"]) ** setting["power"],
        inverse_sqrt_d2l=lambda t: base / math.sqrt(t + 1),
    ).get(setting["name"])
    return rate and [rate(t) for t in range(n)]


def clip(setting, gradient):
    if "clip_value" in setting:
        limit, norm = setting["clip_value"], max(abs(g) for g in gradient)
        return norm, [min(max(g, -limit), limit) for g in gradient]
    p = setting.get("norm_type", 2)
    norm = max(abs(g) for g in gradient) if p == math.inf else sum(abs(g) ** p for g in gradient) ** (1 / p)
    if "theta" in setting:                              # the book divides by the norm itself
        factor = min(1, setting["theta"] / norm) if norm else 1
    else:                                               # PyTorch adds 1e-6 to it
        factor = min(1, setting["max_norm"] / (norm + 1e-6))
    return norm, [g * factor for g in gradient]
