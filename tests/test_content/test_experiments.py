"""Experiments as written become what the engine runs, with the drawn numbers put in."""

from __future__ import annotations

import pytest

import engine
from content.experiments import ExperimentError, build_experiment
from content.model import ChangeSpec, ExperimentSpec, InputSpec, LaneSpec, LossSpec, NetworkSpec


def spec(
    network: NetworkSpec | None = None,
    given: InputSpec | None = None,
    loss: LossSpec | None = None,
    changes: tuple[ChangeSpec, ...] = (),
) -> ExperimentSpec:
    lane = LaneSpec("lstm", network or NetworkSpec(hidden=1))
    return ExperimentSpec((lane,), given or InputSpec("zeros", length=4), loss, changes)


def test_numbers_of_a_network_may_be_expressions() -> None:
    network = NetworkSpec(
        cell="rnn",
        hidden="n",
        scale="w / 2",
        spectral_radius="w",
        seed="n + 1",
        weights=(("weight_hh_l0", (("w", 0.0), (1.0, "-w"))),),
    )
    built = build_experiment(spec(network), (("w", 0.5), ("n", 2.0))).lanes[0].network
    assert built == engine.Network(
        cell="rnn",
        hidden=2,
        scale=0.25,
        spectral_radius=0.5,
        seed=3,
        weights=(("weight_hh_l0", ((0.5, 0.0), (1.0, -0.5))),),
    )


def test_defaults_are_the_engines() -> None:
    assert build_experiment(spec(NetworkSpec())).lanes[0].network == engine.Network()


@pytest.mark.parametrize(
    ("written", "built"),
    [
        (InputSpec("values", values=(("a", 0.0), (1.0, "2 * a"))), engine.Input(((3.0, 0.0), (1.0, 6.0)))),
        (InputSpec("tokens", tokens=("the", "dog", "the")), engine.Input.tokens(["the", "dog", "the"])),
        (InputSpec("zeros", length="a"), engine.Input.zeros(3)),
        (InputSpec("impulse", at="a", value="a / 2", length=5), engine.Input.impulse(3, 1.5, 5)),
        (InputSpec("noise", length="a", size=2, seed="a"), engine.Input.noise(3, 2, 3)),
    ],
)
def test_inputs(written: InputSpec, built: engine.Input) -> None:
    assert build_experiment(spec(given=written), (("a", 3.0),)).input == built


@pytest.mark.parametrize(
    ("written", "built"),
    [
        (None, engine.Loss()),
        (LossSpec("squared-error", "last", (("a",),)), engine.Loss("squared-error", None, ((3.0,),))),
        (LossSpec("half-squared-norm", "every"), engine.Loss(at=(1, 2, 3, 4))),
        (LossSpec("half-squared-norm", (2, 4)), engine.Loss(at=(2, 4))),
    ],
)
def test_losses(written: LossSpec | None, built: engine.Loss) -> None:
    assert build_experiment(spec(loss=written), (("a", 3.0),)).loss == built


def test_interventions() -> None:
    changes = (ChangeSpec("force.f[1, 2..3]", "a / 10"), ChangeSpec("c[0]", 1.0))
    experiment = build_experiment(spec(changes=changes), (("a", 3.0),))
    assert experiment.changes == (
        engine.Change(engine.parse_target("force.f[1, 2..3]"), 0.3),
        engine.Change(engine.parse_target("c[0]"), 1.0),
    )
    (run,) = engine.run(experiment)
    assert [run.at("f", t, 1) for t in (2, 3)] == [0.3, 0.3]
    assert run.at("c", 0, 1) == 1.0


@pytest.mark.parametrize(
    ("broken", "path", "message"),
    [
        (spec(NetworkSpec(scale="1 / 0")), "network.scale", "division by zero"),
        (spec(NetworkSpec(hidden="0.5")), "network.hidden", "0.5 is not a whole number from 1 to 128"),
        (spec(NetworkSpec(hidden=10**6)), "network.hidden", "1e+06 is not a whole number"),
        (spec(NetworkSpec(forget_bias="b")), "network.forget_bias", "'b' is no parameter"),
        (spec(given=InputSpec("zeros", length=0)), "input.zeros", "0 is not a whole number from 1 to 1000"),
        (
            spec(given=InputSpec("impulse", at=9, length=5)),
            "input.impulse.at",
            "9 is not a whole number from 1 to 5",
        ),
        (spec(given=InputSpec("values", values=((0.0,), ("h[1]",)))), "input.values[1][0]", "no experiment"),
        (
            spec(changes=(ChangeSpec("c[0]", 0.0), ChangeSpec("d[0]", 1.0))),
            "interventions[1].set",
            "no place",
        ),
    ],
)
def test_trouble_names_the_field(broken: ExperimentSpec, path: str, message: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        build_experiment(broken)
    assert caught.value.path == path
    assert message in caught.value.message


def test_trouble_in_a_named_lane_names_the_lane() -> None:
    lanes = (LaneSpec("deep", NetworkSpec()), LaneSpec("wide", NetworkSpec(scale="x0")))
    with pytest.raises(ExperimentError) as caught:
        build_experiment(ExperimentSpec(lanes, InputSpec("zeros", length=3)))
    assert caught.value.path == "lanes.wide.scale"
