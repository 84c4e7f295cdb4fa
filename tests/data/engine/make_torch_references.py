"""Make the PyTorch references of this folder: what `tests/test_engine/test_torch_agreement.py` reads.

Run by hand, in an environment of its own (the tests need no torch):

    python3.11 -m venv torchenv
    torchenv/bin/pip install torch==2.13.0 numpy==2.4.6 safetensors==0.8.0
    torchenv/bin/python tests/data/engine/make_torch_references.py

Four kinds of files, all computed in float64 on one thread, from fixed seeds:

``networks-*.npz``
    torch.nn.RNN, LSTM and GRU: one to three layers, one and both directions, given initial states, sequences
    of different lengths (packed). Outputs, final states, and the gradients of a randomly weighted sum of both
    with respect to all weights, the inputs and the initial states.
``steps.npz``
    The cells as loops of single operations under autograd, with `retain_grad` on every intermediate: the
    gradient of each gate, pre-activation and state at each step, each step's share of every weight gradient,
    Jacobians between steps; for the variants that PyTorch has no module for, too, and with held values,
    padding and cuts.
``losses.npz``
    Terms and gradients of torch.nn.functional's losses.
``foreign-*.safetensors``, ``foreign-*.npz``
    State dicts as people save them, for `test_weights.py`; ``foreign.npz`` holds what these networks give.

What is drawn is drawn in float32 and kept so (it is exact, and half as long); what is computed is float64. A
file holds one row of numbers of each type, and an index (JSON, in bytes) that says where each entry lies.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HERE = Path(__file__).resolve().parent
VERSIONS = {"python": sys.version.split()[0], "torch": torch.__version__, "numpy": np.__version__}


def drawn(generator: torch.Generator, *shape: int, scale: float = 1.0) -> torch.Tensor:
    """Normal numbers that float32 holds exactly, as float64."""
    return (scale * torch.randn(*shape, generator=generator, dtype=torch.float32)).double()


def leaf(values: torch.Tensor) -> torch.Tensor:
    return values.clone().requires_grad_()


def short(values: torch.Tensor) -> np.ndarray:
    """What was drawn, as float32."""
    array = values.detach().numpy()
    assert (array.astype(np.float32) == array).all()
    return array.astype(np.float32)


def full(values: torch.Tensor | None, like: torch.Tensor | None = None) -> np.ndarray:
    if values is None:
        assert like is not None
        return np.zeros(tuple(like.shape))
    return values.detach().numpy().astype(np.float64)


def write(name: str, cases: dict[str, dict[str, np.ndarray]], about: dict[str, dict[str, object]]) -> None:
    """Write all entries end to end, by type, and an index that says where each lies."""
    rows: dict[str, list[np.ndarray]] = {}
    lengths: dict[str, int] = {}
    index: dict[str, dict[str, object]] = {}
    for case, entries in cases.items():
        for entry, values in entries.items():
            kind = values.dtype.name
            start = lengths.get(kind, 0)
            index.setdefault(case, {})[entry] = [kind, start, list(values.shape)]
            rows.setdefault(kind, []).append(np.ravel(values))
            lengths[kind] = start + values.size
    text = json.dumps({"versions": VERSIONS, "about": about, "index": index})
    path = HERE / name
    np.savez_compressed(
        path,
        index=np.frombuffer(text.encode(), dtype=np.uint8),
        **{kind: np.concatenate(values) for kind, values in rows.items()},
    )
    print(f"{name}: {len(cases)} cases, {path.stat().st_size // 1024} KiB")


# -------------------------------------------------------------------------------------------- torch's modules

KINDS = {
    "rnn-tanh": {"cell": "rnn", "activation": "tanh"},
    "rnn-relu": {"cell": "rnn", "activation": "relu"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
}

# layers, both directions, (B, T, I, H), lengths of the sequences or None
# These sizes take every way that the quick kernels have, more than one portion of steps among them.
NETWORKS = [
    (1, False, (3, 7, 4, 5), None),
    (1, False, (1, 70, 2, 16), None),
    (1, False, (100, 5, 1, 2), None),
    (1, False, (130, 5, 1, 2), None),
    (1, False, (9, 4, 3, 30), None),
    (1, False, (1, 1, 1, 1), None),
    (1, False, (4, 1, 3, 4), None),
    (1, False, (2, 6, 1, 16), None),
    (1, False, (4, 8, 2, 4), (8, 3, 1, 6)),
    (1, True, (2, 7, 3, 5), None),
    (1, True, (1, 1, 2, 3), None),
    (1, True, (4, 7, 1, 4), (2, 7, 5, 1)),
    (2, False, (2, 6, 3, 5), None),
    (2, False, (3, 6, 2, 3), (6, 2, 4)),
    (2, True, (3, 5, 2, 4), None),
    (2, True, (3, 6, 3, 3), (3, 1, 6)),
    (3, False, (2, 5, 3, 4), None),
    (3, True, (1, 4, 1, 3), None),
    (3, True, (3, 5, 2, 3), (5, 2, 4)),
]


def module_of(kind: str, inputs: int, hidden: int, layers: int, both: bool) -> torch.nn.RNNBase:
    settings = {"num_layers": layers, "bidirectional": both, "dtype": torch.float64}
    if kind == "lstm":
        return torch.nn.LSTM(inputs, hidden, **settings)
    if kind == "gru":
        return torch.nn.GRU(inputs, hidden, **settings)
    return torch.nn.RNN(inputs, hidden, nonlinearity=kind.removeprefix("rnn-"), **settings)


def network_case(
    kind: str,
    seed: int,
    layers: int,
    both: bool,
    shape: tuple[int, int, int, int],
    lengths: tuple[int, ...] | None,
) -> dict[str, np.ndarray]:
    batch, steps, inputs, hidden = shape
    generator = torch.Generator().manual_seed(seed)
    module = module_of(kind, inputs, hidden, layers, both)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(drawn(generator, *parameter.shape, scale=0.8 * hidden**-0.5))
    directions = 2 if both else 1
    x = leaf(drawn(generator, steps, batch, inputs))
    names = ("h", "c") if kind == "lstm" else ("h",)
    initial = {name: leaf(drawn(generator, layers * directions, batch, hidden, scale=0.5)) for name in names}
    states = tuple(initial.values()) if kind == "lstm" else initial["h"]
    if lengths is None:
        out, end = module(x, states)
    else:
        packed = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
        packed_out, end = module(packed, states)
        out, _ = pad_packed_sequence(packed_out, total_length=steps)
    final = dict(zip(names, end if kind == "lstm" else (end,), strict=True))
    d_out = drawn(generator, *out.shape)
    for b, length in enumerate(lengths or ()):
        d_out[length:, b] = 0.0
    d_final = {name: drawn(generator, *final[name].shape) for name in names}
    loss = (out * d_out).sum() + sum((final[name] * d_final[name]).sum() for name in names)
    loss.backward()
    entries = {
        "x": short(x),
        "out": full(out),
        "d_out": short(d_out),
        "loss": full(loss),
        "grad/x": full(x.grad),
    }
    for name in names:
        entries |= {
            f"{name}0": short(initial[name]),
            f"{name}_end": full(final[name]),
            f"d_{name}_end": short(d_final[name]),
            f"grad/{name}0": full(initial[name].grad),
        }
    for name, parameter in module.named_parameters():
        entries |= {f"weights/{name}": short(parameter), f"grad/{name}": full(parameter.grad)}
    if lengths is not None:
        entries["lengths"] = np.array(lengths)
    return entries


def make_networks() -> None:
    for kind, settings in KINDS.items():
        cases, about = {}, {}
        for k, (layers, both, shape, lengths) in enumerate(NETWORKS):
            name = f"{layers}{'-both' if both else ''}-B{shape[0]}-T{shape[1]}-I{shape[2]}-H{shape[3]}"
            name += "-padded" if lengths else ""
            cases[name] = network_case(kind, 1000 + k, layers, both, shape, lengths)
            about[name] = {**settings, "hidden": shape[3], "layers": layers, "bidirectional": both}
        write(f"networks-{kind}.npz", cases, about)


# --------------------------------------------------------------------------------- loops of single operations

HELD = {"f": [(2, 1)], "i": [(4, 0)], "c": [(3, 2)], "h": [(5, 1)]}  # name: (step, unit), steps from 1
STEPS: dict[str, dict[str, object]] = {
    "rnn-tanh": {"kind": "rnn", "activation": "tanh"},
    "rnn-relu": {"kind": "rnn", "activation": "relu"},
    "rnn-sigmoid": {"kind": "rnn", "activation": "sigmoid"},
    "rnn-identity": {"kind": "rnn", "activation": "identity"},
    "rnn-held": {"kind": "rnn", "activation": "tanh", "held": {"h": [(2, 0), (4, 1)]}},
    "rnn-padded": {"kind": "rnn", "activation": "tanh", "lengths": (6, 3)},
    "rnn-cut": {"kind": "rnn", "activation": "tanh", "cuts": (2, 4)},
    "lstm": {"kind": "lstm"},
    "lstm-held": {"kind": "lstm", "held": {**HELD, "g": [(1, 2)], "o": [(6, 0)]}},
    "lstm-padded": {"kind": "lstm", "lengths": (2, 6)},
    "lstm-cut": {"kind": "lstm", "cuts": (1, 4)},
    "no-forget-gate": {"kind": "lstm", "variant": "no-forget-gate"},
    "no-input-gate": {"kind": "lstm", "variant": "no-input-gate"},
    "no-output-gate": {"kind": "lstm", "variant": "no-output-gate"},
    "coupled": {"kind": "lstm", "variant": "coupled"},
    "peepholes": {"kind": "lstm", "variant": "peepholes"},
    "peepholes-padded": {"kind": "lstm", "variant": "peepholes", "lengths": (4, 6)},
    "peepholes-cut": {"kind": "lstm", "variant": "peepholes", "cuts": (3,)},
    "peepholes-held": {"kind": "lstm", "variant": "peepholes", "held": HELD},
    "no-output-activation": {"kind": "lstm", "variant": "no-output-activation"},
    "no-input-activation": {"kind": "lstm", "variant": "no-input-activation"},
    "gru-after": {"kind": "gru", "reset": "after"},
    "gru-before": {"kind": "gru", "reset": "before"},
    "gru-after-held": {
        "kind": "gru",
        "reset": "after",
        "held": {"r": [(2, 0)], "z": [(3, 1)], "n": [(4, 2)], "h": [(5, 0)]},
    },
    "gru-before-padded": {"kind": "gru", "reset": "before", "lengths": (6, 2)},
    "gru-after-padded": {"kind": "gru", "reset": "after", "lengths": (3, 6)},
    "gru-before-cut": {"kind": "gru", "reset": "before", "cuts": (3,)},
    "gru-after-cut": {"kind": "gru", "reset": "after", "cuts": (2, 5)},
}
BATCH, LENGTH, INPUTS, UNITS = 2, 6, 2, 3
ROWS = {
    "rnn": [""],
    "gru": ["r", "z", "n"],
    "lstm": ["i", "f", "g", "o"],
    "no-forget-gate": ["i", "g", "o"],
    "no-input-gate": ["f", "g", "o"],
    "no-output-gate": ["i", "f", "g"],
    "coupled": ["i", "g", "o"],
}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}


class Loop:
    """One cell over LENGTH steps; everything it computes is kept, with its gradient."""

    def __init__(self, settings: dict[str, object], generator: torch.Generator) -> None:
        self.settings = settings
        self.kind = str(settings["kind"])
        self.variant = str(settings.get("variant", ""))
        self.rows = ROWS.get(self.variant) or ROWS[self.kind]
        packed = len(self.rows) * UNITS
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (packed, INPUTS),
            "weight_hh": (packed, UNITS),
            "bias_ih": (packed,),
            "bias_hh": (packed,),
        }
        if self.variant == "peepholes":
            shapes |= {"weight_ci": (UNITS,), "weight_cf": (UNITS,), "weight_co": (UNITS,)}
        self.weights = {name: drawn(generator, *shape, scale=0.7) for name, shape in shapes.items()}
        # Each step has a copy of its own: the gradient of the copy is the step's share.
        self.copies = [{name: leaf(w) for name, w in self.weights.items()} for _ in range(LENGTH)]
        self.x = [leaf(drawn(generator, BATCH, INPUTS)) for _ in range(LENGTH)]
        self.h = [leaf(drawn(generator, BATCH, UNITS, scale=0.5))]
        self.c = [leaf(drawn(generator, BATCH, UNITS, scale=0.5))]
        self.kept: dict[str, list[torch.Tensor]] = {}
        lengths = settings.get("lengths") or (LENGTH,) * BATCH
        self.mask = torch.tensor([[t < n for n in lengths] for t in range(LENGTH)])
        held = settings.get("held") or {}
        self.held_values = {name: drawn(generator, LENGTH, UNITS, scale=0.6) for name in held}
        self.held_mask = {name: torch.zeros(LENGTH, UNITS, dtype=torch.bool) for name in held}
        for name, places in held.items():
            for step, unit in places:
                self.held_mask[name][step - 1, unit] = True
        for t in range(LENGTH):
            self.step(t)

    def keep(self, name: str, t: int, values: torch.Tensor) -> torch.Tensor:
        """Put held values in, and see to it that the gradient is kept."""
        if name in self.held_values:
            values = torch.where(self.held_mask[name][t], self.held_values[name][t], values)
        if not values.requires_grad:
            values = values.clone().requires_grad_()
        values.retain_grad()
        self.kept.setdefault(name, []).append(values)
        return values

    def step(self, t: int) -> None:
        cut = t in (self.settings.get("cuts") or ())
        h, c = (s[-1].detach() if cut else s[-1] for s in (self.h, self.c))
        p = self.copies[t]
        if self.kind == "rnn":
            z = self.keep(
                "z", t, self.x[t] @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
            )
            new_h = ACTIVATIONS[str(self.settings["activation"])](z)
        elif self.kind == "gru":
            new_h = self.gru(t, h, p)
        else:
            new_h = self.lstm(t, h, c, p)
        self.h.append(self.state("h", t, new_h, h))

    def block(self, p: dict[str, torch.Tensor], name: str, gate: str) -> torch.Tensor:
        k = self.rows.index(gate)
        return p[name][k * UNITS : (k + 1) * UNITS]

    def gru(self, t: int, h: torch.Tensor, p: dict[str, torch.Tensor]) -> torch.Tensor:
        def part(gate: str, source: str, of: torch.Tensor) -> torch.Tensor:
            return of @ self.block(p, f"weight_{source}", gate).T + self.block(p, f"bias_{source}", gate)

        r = self.keep(
            "r", t, torch.sigmoid(self.keep("z_r", t, part("r", "ih", self.x[t]) + part("r", "hh", h)))
        )
        z = self.keep(
            "z", t, torch.sigmoid(self.keep("z_z", t, part("z", "ih", self.x[t]) + part("z", "hh", h)))
        )
        if self.settings["reset"] == "after":
            q = self.keep("q", t, part("n", "hh", h))
            mixed = part("n", "ih", self.x[t]) + r * q
        else:
            q = self.keep("q", t, r * h)
            mixed = part("n", "ih", self.x[t]) + part("n", "hh", q)
        n = self.keep("n", t, torch.tanh(self.keep("z_n", t, mixed)))
        return (1.0 - z) * n + z * h

    def lstm(self, t: int, h: torch.Tensor, c: torch.Tensor, p: dict[str, torch.Tensor]) -> torch.Tensor:
        def mixed(gate: str, peep: torch.Tensor) -> torch.Tensor:
            z = self.x[t] @ self.block(p, "weight_ih", gate).T + self.block(p, "bias_ih", gate)
            z = z + h @ self.block(p, "weight_hh", gate).T + self.block(p, "bias_hh", gate)
            if self.variant == "peepholes" and gate != "g":
                z = z + p[f"weight_c{gate}"] * peep
            return self.keep(f"z_{gate}", t, z)

        def gate(name: str, peep: torch.Tensor) -> torch.Tensor:
            if name not in self.rows:
                return self.keep(name, t, torch.ones(BATCH, UNITS, dtype=torch.float64))
            return self.keep(name, t, torch.sigmoid(mixed(name, peep)))

        i = gate("i", c)
        f = self.keep("f", t, 1.0 - i) if self.variant == "coupled" else gate("f", c)
        z_g = mixed("g", c)
        g = self.keep("g", t, z_g * 1.0 if self.variant == "no-input-activation" else torch.tanh(z_g))
        new_c = self.state("c", t, f * c + i * g, c)
        self.c.append(new_c)
        o = gate("o", new_c)
        shown = new_c * 1.0 if self.variant == "no-output-activation" else torch.tanh(new_c)
        return o * self.keep("tanh_c", t, shown)

    def state(self, name: str, t: int, values: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """Hold what is held, carry the state over padding, and see to it that the gradient is kept."""
        if name in self.held_values:
            values = torch.where(self.held_mask[name][t], self.held_values[name][t], values)
        if not self.mask[t].all():
            values = torch.where(self.mask[t][:, None], values, before)
        values.retain_grad()
        return values

    def jacobian(self, states: list[torch.Tensor], t: int) -> torch.Tensor:
        """Rows: entries of the last state of sequence 0; columns: entries of the state at t."""
        rows = []
        for unit in range(UNITS):
            (row,) = torch.autograd.grad(states[-1][0, unit], states[t], retain_graph=True, allow_unused=True)
            rows.append(torch.zeros(UNITS, dtype=torch.float64) if row is None else row[0])
        return torch.stack(rows)


def step_case(settings: dict[str, object], seed: int) -> dict[str, np.ndarray]:
    generator = torch.Generator().manual_seed(seed)
    loop = Loop(settings, generator)
    d_h = drawn(generator, LENGTH, BATCH, UNITS)
    d_h = d_h * loop.mask[:, :, None]
    d_h_end, d_c_end = drawn(generator, BATCH, UNITS), drawn(generator, BATCH, UNITS)
    loss = sum((d_h[t] * loop.h[t + 1]).sum() for t in range(LENGTH)) + (d_h_end * loop.h[-1]).sum()
    if loop.kind == "lstm":
        loss = loss + (d_c_end * loop.c[-1]).sum()
    assert isinstance(loss, torch.Tensor)
    entries = {
        "x": short(torch.stack(loop.x)),
        "h0": short(loop.h[0]),
        "d_h": short(d_h),
        "d_h_end": short(d_h_end),
    }
    loss.backward(retain_graph=True)
    states = {"h": loop.h} | ({"c": loop.c} if loop.kind == "lstm" else {})
    if loop.kind == "lstm":
        entries |= {"c0": short(loop.c[0]), "d_c_end": short(d_c_end)}
    for name, values in (states | loop.kept).items():
        entries[f"value/{name}"] = full(torch.stack(list(values)))
        entries[f"grad/{name}"] = np.stack([full(v.grad, v) for v in values])
    entries["grad/x"] = np.stack([full(x.grad, x) for x in loop.x])
    for name, weight in loop.weights.items():
        entries[f"weights/{name}"] = short(weight)
        entries[f"shares/{name}"] = np.stack([full(copies[name].grad, weight) for copies in loop.copies])
    entries["mask"] = loop.mask.numpy()
    for name, values in loop.held_values.items():
        entries[f"held/{name}"] = short(values)
        entries[f"held_mask/{name}"] = loop.held_mask[name].numpy()
    # Last, for this, too, adds to the gradients that are kept.
    if "lengths" not in settings and "cuts" not in settings:
        entries["jacobian/h"] = np.stack([full(loop.jacobian(loop.h, t)) for t in range(LENGTH + 1)])
        if loop.kind == "lstm":
            entries["jacobian/c"] = np.stack([full(loop.jacobian(loop.c, t)) for t in range(LENGTH + 1)])
    return entries


def make_steps() -> None:
    write(
        "steps.npz",
        {name: step_case(settings, 2000 + k) for k, (name, settings) in enumerate(STEPS.items())},
        STEPS,
    )


# ----------------------------------------------------------------------------------------------------- losses


def make_losses() -> None:
    generator = torch.Generator().manual_seed(3000)
    steps, batch, outputs = 4, 3, 5
    cases: dict[str, dict[str, np.ndarray]] = {}

    def case(name: str, v: torch.Tensor, target: torch.Tensor, terms: torch.Tensor) -> None:
        """Keep the terms (T, B) and the gradient of their mean over the batch, summed over the steps."""
        (terms.sum() / batch).backward()
        cases[name] = {
            "v": short(v),
            "target": target.numpy() if target.dtype == torch.int64 else short(target),
            "terms": full(terms),
            "grad": full(v.grad),
        }

    v = leaf(drawn(generator, steps, batch, outputs, scale=3.0))
    classes = torch.randint(outputs, (steps, batch), generator=generator)
    terms = cross_entropy(v.reshape(-1, outputs), classes.reshape(-1), reduction="none").reshape(steps, batch)
    case("cross-entropy", v, classes, terms)
    v = leaf(drawn(generator, steps, batch, outputs, scale=3.0))
    bits = torch.randint(2, (steps, batch, outputs), generator=generator).double()
    case(
        "binary-cross-entropy",
        v,
        bits,
        binary_cross_entropy_with_logits(v, bits, reduction="none").sum(dim=2),
    )
    v = leaf(drawn(generator, steps, batch, outputs))
    target = drawn(generator, steps, batch, outputs)
    case("squared-error", v, target, mse_loss(v, target, reduction="none").sum(dim=2))
    write("losses.npz", cases, {name: {} for name in cases})


# ------------------------------------------------------------------------------------------------ state dicts


class Tagger(torch.nn.Module):
    """Tokens through an embedding, two LSTM layers in both directions and a linear read-out."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(7, 3)
        self.lstm = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True)
        self.fc = torch.nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.lstm(self.embedding(x))[0])


class Reader(torch.nn.Module):
    """Numbers through a recurrent network, and a read-out of its states."""

    def __init__(self, rnn: torch.nn.RNNBase) -> None:
        super().__init__()
        self.rnn = rnn
        self.head = torch.nn.Linear(rnn.hidden_size, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.rnn(x)[0])


def make_foreign() -> None:
    """Save networks in the precision people use, and what they give when computed in float64."""
    torch.manual_seed(4000)
    tagger = Tagger()
    gru, plain = Reader(torch.nn.GRU(3, 4)), Reader(torch.nn.RNN(3, 5, nonlinearity="relu", bias=False))
    tokens = torch.randint(7, (6, 2))
    x = torch.randn(6, 2, 3).double()
    save_file(tagger.state_dict(), HERE / "foreign-lstm.safetensors")
    save_file({k: v.bfloat16() for k, v in gru.state_dict().items()}, HERE / "foreign-gru-bf16.safetensors")
    half = {k: v.half() for k, v in plain.state_dict().items()}
    np.savez(HERE / "foreign-rnn-f16.npz", **{k: v.numpy() for k, v in half.items()})
    gru.load_state_dict({k: v.bfloat16().float() for k, v in gru.state_dict().items()})
    plain.load_state_dict({k: v.float() for k, v in half.items()})
    outputs = {
        "lstm": full(tagger.double()(tokens)),
        "gru": full(gru.double()(x)),
        "rnn": full(plain.double()(x)),
    }
    np.savez_compressed(HERE / "foreign.npz", tokens=tokens.numpy(), x=x.numpy(), **outputs)


if __name__ == "__main__":
    torch.set_num_threads(1)
    make_networks()
    make_steps()
    make_losses()
    make_foreign()
