"""Make ``training.npz``: PyTorch's optimizers, schedules, clipping and whole trainings, step by step.

Run by hand like `make_torch_references.py`, whose head says how; `tests/test_engine/test_optimizers.py` and
`test_training.py` read the file. Everything is float64, on one thread, from fixed seeds.

``optimizer/NAME``
    Twelve updates of two parameters with given gradients: parameters after each.
``schedule/NAME``
    Learning rates of the first twenty updates.
``clip/...``
    A gradient before and after clip_grad_norm_ and clip_grad_value_.
``lstm/...``, ``truncated/...``
    Two trainings: two layers of LSTM under Adam with the norm clipped, and a plain cell under SGD with
    momentum on windows of four steps, the state carried and detached. Batches, losses, norms, first and last
    parameters.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.optim import lr_scheduler

HERE = Path(__file__).resolve().parent

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.95, eps=1e-6),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=1e-7),
}
SCHEDULES = {
    "step": lambda o: lr_scheduler.StepLR(o, step_size=6, gamma=0.3),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=19, eta_min=0.01),
}


def drawn(generator: torch.Generator, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def optimizers(out: dict[str, np.ndarray]) -> None:
    generator = torch.Generator().manual_seed(1)
    start = {"w": drawn(generator, 3, 2), "b": drawn(generator, 4)}
    gradients = [{name: drawn(generator, *value.shape) for name, value in start.items()} for _ in range(12)]
    for name in start:
        out[f"optimizer/start/{name}"] = start[name].numpy()
        out[f"optimizer/gradients/{name}"] = np.stack([g[name].numpy() for g in gradients])
    for kind, make in OPTIMIZERS.items():
        parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
        optimizer = make(parameters.values())
        seen: dict[str, list[np.ndarray]] = {name: [] for name in parameters}
        for gradient in gradients:
            for name, value in parameters.items():
                value.grad = gradient[name].clone()
            optimizer.step()
            for name, value in parameters.items():
                seen[name].append(value.detach().numpy().copy())
        for name, values in seen.items():
            out[f"optimizer/{kind}/{name}"] = np.stack(values)


def schedules(out: dict[str, np.ndarray]) -> None:
    for kind, make in SCHEDULES.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
        schedule = make(optimizer)
        rates = []
        for _ in range(20):
            rates.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
        out[f"schedule/{kind}"] = np.array(rates)


def clipping(out: dict[str, np.ndarray]) -> None:
    generator = torch.Generator().manual_seed(2)
    gradients = {"w": drawn(generator, 3, 2), "b": drawn(generator, 4)}
    for kind, clip in (
        ("norm", lambda p: torch.nn.utils.clip_grad_norm_(p, 0.7)),
        ("value", lambda p: torch.nn.utils.clip_grad_value_(p, 0.7)),
    ):
        parameters = {name: torch.zeros_like(g, requires_grad=True) for name, g in gradients.items()}
        for name, value in parameters.items():
            value.grad = gradients[name].clone()
        clip(list(parameters.values()))
        for name, value in parameters.items():
            out[f"clip/{kind}/{name}"] = value.grad.numpy()
    for name, value in gradients.items():
        out[f"clip/before/{name}"] = value.numpy()


def named(cells: torch.nn.Module, read_out: torch.nn.Linear) -> dict[str, torch.Tensor]:
    return {**dict(cells.named_parameters()), "weight_y": read_out.weight, "bias_y": read_out.bias}


def keep(out: dict[str, np.ndarray], where: str, parameters: dict[str, torch.Tensor]) -> None:
    for name, value in parameters.items():
        out[f"{where}/{name}"] = value.detach().numpy().copy()


def lstm(out: dict[str, np.ndarray]) -> None:
    generator = torch.Generator().manual_seed(3)
    torch.manual_seed(3)
    x, target = drawn(generator, 15, 9, 4, 2), drawn(generator, 15, 4, 1)
    cells = torch.nn.LSTM(2, 5, num_layers=2).double()
    read_out = torch.nn.Linear(5, 1).double()
    parameters = named(cells, read_out)
    keep(out, "lstm/first", parameters)
    optimizer = torch.optim.Adam(parameters.values(), lr=0.02)
    losses, norms = [], []
    for one, wanted in zip(x, target, strict=True):
        optimizer.zero_grad()
        loss = ((read_out(cells(one)[0])[-1] - wanted) ** 2).mean()
        loss.backward()
        norm = torch.sqrt(sum((value.grad**2).sum() for value in parameters.values()))
        for value in parameters.values():
            value.grad *= min(1.0, 0.3 / norm.item())  # exactly; clip_grad_norm_ adds 1e-6 to the norm
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    keep(out, "lstm/last", parameters)
    out["lstm/x"], out["lstm/target"] = x.numpy(), target.numpy()
    out["lstm/loss"], out["lstm/norm"] = np.array(losses), np.array(norms)


def truncated(out: dict[str, np.ndarray]) -> None:
    generator = torch.Generator().manual_seed(4)
    torch.manual_seed(4)
    x, target = drawn(generator, 2, 12, 3, 2), torch.randint(0, 3, (2, 12, 3), generator=generator)
    cells = torch.nn.RNN(2, 4).double()
    read_out = torch.nn.Linear(4, 3).double()
    parameters = named(cells, read_out)
    keep(out, "truncated/first", parameters)
    optimizer = torch.optim.SGD(parameters.values(), lr=0.1, momentum=0.9)
    losses = []
    for one, wanted in zip(x, target, strict=True):
        state = torch.zeros(1, 3, 4, dtype=torch.float64)
        for start in range(0, 12, 4):
            optimizer.zero_grad()
            h, state = cells(one[start : start + 4], state)
            y = read_out(h).reshape(-1, 3)
            loss = torch.nn.functional.cross_entropy(y, wanted[start : start + 4].reshape(-1))
            loss.backward()
            optimizer.step()
            state = state.detach()
            losses.append(loss.item())
    keep(out, "truncated/last", parameters)
    out["truncated/x"], out["truncated/target"] = x.numpy(), target.numpy()
    out["truncated/loss"] = np.array(losses)


def main() -> None:
    torch.set_num_threads(1)
    out: dict[str, np.ndarray] = {}
    optimizers(out)
    schedules(out)
    clipping(out)
    lstm(out)
    truncated(out)
    np.savez_compressed(HERE / "training.npz", **out)


if __name__ == "__main__":
    main()
