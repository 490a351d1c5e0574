"""The structure of the results with a real TensorFlow: what agrees, what varies."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from racing import MAY_RACE, RACING, UNSEEDED

import probe
from probe.catalogue import CASES
from runner.results.probe_output import CaseOutput, ProbeOutput

IMAGES = Path(probe.__file__).parent.parent
STABLE_FAMILIES = {"stream", "dropout", "init"}

pytestmark = pytest.mark.e2e


def run_probe(python: Path, out: Path, *arguments: str) -> dict[str, CaseOutput]:
    subprocess.run(
        [python, "-m", "probe", "--out", str(out), *arguments],
        env={**os.environ, "PYTHONPATH": str(IMAGES)},
        timeout=300,
        check=True,
    )
    read = ProbeOutput.model_validate_json((out / "result.json").read_text())
    return {case.name: case for case in read.cases}


def digests(case: CaseOutput) -> list[tuple[str, ...]]:
    return [output.digests for output in case.outputs]


@pytest.fixture(scope="module")
def forward(
    tensorflow_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, CaseOutput]:
    return run_probe(tensorflow_python, tmp_path_factory.mktemp("forward"))


@pytest.fixture(scope="module")
def backward(
    tensorflow_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, CaseOutput]:
    return run_probe(tensorflow_python, tmp_path_factory.mktemp("reversed"), "--order", "reversed")


@pytest.fixture(scope="module")
def deterministic(
    tensorflow_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, CaseOutput]:
    return run_probe(
        tensorflow_python, tmp_path_factory.mktemp("deterministic"), "--determinism", "on"
    )


def test_every_case_has_an_answer(forward: dict[str, CaseOutput]) -> None:
    assert list(forward) == [case.name for case in CASES]
    assert {name: case.reason for name, case in forward.items() if case.status == "error"} == {}


def test_a_seed_gives_the_same_stream_in_every_repeat_process_and_order(
    forward: dict[str, CaseOutput], backward: dict[str, CaseOutput]
) -> None:
    for name, case in forward.items():
        if case.family in STABLE_FAMILIES:
            assert all(len(set(repeats)) == 1 for repeats in digests(case)), name
            assert digests(case) == digests(backward[name]), name


def test_only_the_race_varies_and_order_changes_nothing_else(
    forward: dict[str, CaseOutput], backward: dict[str, CaseOutput]
) -> None:
    different = {name for name in forward if digests(forward[name]) != digests(backward[name])}
    assert different - MAY_RACE - {UNSEEDED} == {RACING}


def test_xla_draws_anew_though_re_seeded(forward: dict[str, CaseOutput]) -> None:
    first, second = digests(forward[UNSEEDED])
    assert len({*first, *second}) == len(first) + len(second)


def test_a_parallel_map_over_a_random_operation_races(
    forward: dict[str, CaseOutput], backward: dict[str, CaseOutput]
) -> None:
    seen = [found for run in (forward, backward) for found in digests(run[RACING])[0]]
    assert len(set(seen)) == len(seen)


def test_op_determinism_ends_the_race_by_taking_turns(
    deterministic: dict[str, CaseOutput],
) -> None:
    assert digests(deterministic[RACING]) == digests(deterministic["data.map.sequential"])


def test_re_seeding_gives_the_first_draw_again(forward: dict[str, CaseOutput]) -> None:
    first, second = digests(forward["random.normal.eager"])
    assert first == second


def test_a_function_draws_other_numbers_than_eager_code(forward: dict[str, CaseOutput]) -> None:
    eager, function = digests(forward["random.normal.function"])
    assert eager != function


def test_training_starts_from_the_same_weights_three_ways(forward: dict[str, CaseOutput]) -> None:
    ways = [forward[f"train.mlp.{way}"] for way in ("eager", "function", "xla")]
    assert len({str(digests(case)[0]) for case in ways}) == 1
    assert [output.name for output in ways[0].outputs] == [
        "weights0",
        "forward",
        "loss",
        "gradients",
        *(f"step{number}" for number in range(1, 9)),
    ]
