"""pytorch.py - PyTorch for check.py, in double: python3 check.py pytorch.py.  What PyTorch does not have, or does
otherwise, is not implemented."""
import torch

torch.set_default_dtype(torch.float64)


class Run:
    def __init__(self, make, parameters):
        self.a = torch.nn.Parameter(torch.tensor(parameters[:6]).reshape(3, 2))
        self.all = [self.a] + ([torch.nn.Parameter(torch.tensor(parameters[6:]))] if len(parameters) > 6 else [])
        self.optimizer = make(self.all)

    def step(self, gradient):
        for w, g in zip(self.all, (gradient[:6], gradient[6:])):
            w.grad = torch.tensor(g).reshape(w.shape)
        self.optimizer.step()
        return torch.cat([w.detach().reshape(-1) for w in self.all]).tolist()


def optimizer(setting, parameters):
    get = lambda key, otherwise=0.0: setting.get(key, otherwise)
    if get("eps_inside") or any(word in setting["name"] for word in ("d2l", "optax", "yogi", "lion", "paper")) \
            and setting["rule"] not in ("adadelta", "sgd", "adam"):
        return None
    same = dict(lr=get("lr"), weight_decay=get("weight_decay"))
    betas = dict(betas=(get("beta1"), get("beta2")), eps=get("eps"))
    o = torch.optim
    if setting["rule"] == "nadam" and int(torch.__version__.split(".")[0]) < 2:
        return None                                     # 1.13 multiplies by mu_t twice in the product for t + 1
    makers = dict(
        sgd=lambda p: o.SGD(p, **same, momentum=get("momentum"), dampening=get("dampening"),
                            nesterov=bool(get("nesterov"))),
        adam=lambda p: (o.AdamW if get("decoupled") else o.Adam)(p, **same, **betas, amsgrad=bool(get("amsgrad"))),
        adagrad=lambda p: o.Adagrad(p, **same, eps=get("eps"), lr_decay=get("lr_decay"),
                                    initial_accumulator_value=get("initial_accumulator")),
        rmsprop=lambda p: o.RMSprop(p, **same, alpha=get("alpha"), eps=get("eps"), centered=bool(get("centered")),
                                    momentum=get("momentum")),
        adadelta=lambda p: o.Adadelta(p, **same, rho=get("rho"), eps=get("eps")),
        adamax=lambda p: o.Adamax(p, **same, **betas),
        nadam=lambda p: o.NAdam(p, **same, **betas, momentum_decay=get("momentum_decay")),
        radam=lambda p: o.RAdam(p, **same, **betas))
    make = makers.get(setting["rule"])
    return make and Run(make, parameters)


def rates(setting, n, metric):
    s = torch.optim.lr_scheduler
    o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=setting["base_lr"], momentum=0.9)
    get = lambda key: int(setting[key])
    makers = dict(
        step=lambda: s.StepLR(o, get("step_size"), setting["gamma"]),
        exponential=lambda: s.ExponentialLR(o, setting["gamma"]),
        multistep=lambda: s.MultiStepLR(o, [int(m) for m in setting["milestones"].split()], setting["gamma"]),
        cosine=lambda: s.CosineAnnealingLR(o, get("T_max"), setting["eta_min"]),
        cosine_restarts=lambda: s.CosineAnnealingWarmRestarts(o, get("T_0"), get("T_mult"), setting["eta_min"]),
        linear_warmup=lambda: s.LinearLR(o, setting["start_factor"], setting["end_factor"], get("total_iters")),
        polynomial=lambda: s.PolynomialLR(o, get("total_iters"), setting["power"]),
        plateau=lambda: s.ReduceLROnPlateau(o, factor=setting["factor"], patience=get("patience"),
                                            threshold=setting["threshold"], min_lr=setting["min_lr"]))
    for name in ("onecycle_cos", "onecycle_linear", "onecycle_three_phase"):
        makers[name] = lambda: s.OneCycleLR(
            o, setting["max_lr"], get("total_steps"), pct_start=setting["pct_start"], anneal_strategy=setting["anneal"],
            div_factor=setting["div_factor"], final_div_factor=setting["final_div_factor"],
            three_phase=bool(setting["three_phase"]))
    if setting["name"] not in makers:
        return None
    schedule, out = makers[setting["name"]](), []
    for t in range(n):
        out.append(o.param_groups[0]["lr"])
        o.step()
        if t < n - 1:
            schedule.step(*([metric[t]] if metric else []))
    return out


def clip(setting, gradient):
    w = torch.nn.Parameter(torch.zeros(10))
    w.grad = torch.tensor(gradient)
    if "clip_value" in setting:
        torch.nn.utils.clip_grad_value_(w, setting["clip_value"])
        return max(abs(g) for g in gradient), w.grad.tolist()
    if "max_norm" not in setting:
        return None
    norm = torch.nn.utils.clip_grad_norm_(w, setting["max_norm"], setting["norm_type"])
    return float(norm), w.grad.tolist()
