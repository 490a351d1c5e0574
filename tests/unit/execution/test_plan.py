"""What becomes of each cell before anything runs, and why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.execution.fake_engine import BASE, GPUS, PROBE, cells, circumstances
from unit.results.synthetic import host, trial

from runner.environments.lock import Lock, Unresolvable
from runner.environments.probe import ProbeSource
from runner.execution.gpu import HostGpu
from runner.execution.plan import Circumstances, PlannedCell, make_plan, trial_key, wanted_orders
from runner.matrix.cells import Environment, Inside
from runner.results.records import Order, Status, TrialKey, TrialRecord

if TYPE_CHECKING:
    from pathlib import Path

    from runner.matrix.cells import Cell

CELLS = cells("2.20.0")
(CELL,) = CELLS
GPU_CELLS = cells("2.20.0", cuda="12.9.1")
SYSTEM_CELL = replace(
    GPU_CELLS[0],
    environment=Environment(
        python="3.10", tensorflow="2.11.1", cuda="system", base="nvidia/cuda:11.2.2"
    ),
)
A100 = HostGpu(uuid="GPU-3", model="NVIDIA A100", compute_capability="8.0")
NOW = circumstances(CELLS)
KEY = trial_key(CELL, NOW)
ALL: tuple[Order, ...] = ("forward", "forward", "reversed")


def stored(
    *orders: Order, key: TrialKey = KEY, at: int = 0, status: Status = Status.DONE
) -> tuple[TrialRecord, ...]:
    """Trials of the cell that were kept."""
    return tuple(
        trial(CELL, order=order, trial_key=key, at=at + number, status=status)
        for number, order in enumerate(orders)
    )


def planned(now: Circumstances, cell: Cell = CELL) -> PlannedCell:
    (row,) = make_plan([cell], now).cells
    return row


# cells that can't run


@pytest.mark.parametrize(
    ("cell", "now", "action", "reason"),
    [
        pytest.param(
            replace(CELL, environment=replace(CELL.environment, python="3.8")),
            NOW,
            "refuse",
            "TensorFlow 2.20.0 has no wheel for Python 3.8; it has them for 3.9 to 3.13",
            id="impossible",
        ),
        pytest.param(
            GPU_CELLS[0], circumstances(GPU_CELLS), "no-gpu", "no GPU on this host", id="no gpu"
        ),
        pytest.param(
            GPU_CELLS[0],
            replace(circumstances(GPU_CELLS), no_gpu="the only GPUs are in MIG mode"),
            "no-gpu",
            "the only GPUs are in MIG mode",
            id="why there is none",
        ),
        pytest.param(
            CELL,
            replace(NOW, locks={CELL.environment: Unresolvable("numpy<2 and numpy>=2")}),
            "refuse",
            "can't be installed: numpy<2 and numpy>=2",
            id="unresolvable",
        ),
        pytest.param(
            CELL,
            replace(NOW, bases={CELL.environment: "no Python 3.11 interpreter on this host"}),
            "fail",
            "no Python 3.11 interpreter on this host",
            id="no base",
        ),
    ],
)
def test_a_cell_that_can_not_run_says_why(
    cell: Cell, now: Circumstances, action: str, reason: str
) -> None:
    row = planned(now, cell)
    assert (row.action, row.reason, row.key, row.missing) == (action, reason, None, ())
    assert make_plan([cell], now).blueprints == {}


@pytest.mark.parametrize(
    ("gpu", "reason"),
    [
        pytest.param(
            replace(GPUS[0], driver="470.256.02"),
            "the driver 470.256.02 is older than 525.60.13, which CUDA 12 needs; update it",
            id="driver",
        ),
        pytest.param(
            replace(GPUS[0], compute_capability="5.2"),
            "TensorFlow 2.20.0 has no code that this GPU, sm_52, can run, only for sm_60, sm_70, "
            "sm_80, sm_89, compute_90",
            id="architecture",
        ),
    ],
)
def test_a_gpu_or_a_driver_that_a_cell_can_not_use_skips_it(gpu: HostGpu, reason: str) -> None:
    row = planned(circumstances(GPU_CELLS, gpus=(gpu,)), GPU_CELLS[0])
    assert (row.action, row.reason, row.key) == ("skip", reason, None)
    on_cpu = replace(GPU_CELLS[0], setting=CELL.setting)
    assert planned(circumstances((on_cpu,), gpus=(gpu,)), on_cpu).action == "run"


def test_a_cell_that_runs_on_code_for_another_architecture_says_so() -> None:
    gpu = replace(GPUS[0], compute_capability="8.6")
    cell = replace(GPU_CELLS[0], environment=replace(GPU_CELLS[0].environment, cuda="12.4.1"))
    assert planned(circumstances((cell,), gpus=(gpu,)), cell).note == (
        "outside the range TensorFlow declares: CUDA 12.4.1, not >=12.5,<13.0; "
        "TensorFlow 2.20.0 has no code for sm_86; that for sm_80 runs"
    )
    on_cpu = replace(cell, setting=CELL.setting)
    assert planned(circumstances((on_cpu,), gpus=(gpu,)), on_cpu).note == (
        "outside the range TensorFlow declares: CUDA 12.4.1, not >=12.5,<13.0"
    )


def test_what_is_impossible_is_refused_whatever_the_host_lacks() -> None:
    cell = replace(GPU_CELLS[0], environment=replace(GPU_CELLS[0].environment, python="3.8"))
    assert planned(circumstances((cell,)), cell).action == "refuse"


def inside(cuda: str, cudnn: str) -> Circumstances:
    """A base image that says what it has inside."""
    base = replace(BASE, inside=Inside(cuda=cuda, cudnn=cudnn))
    return circumstances((SYSTEM_CELL,), base=base, gpus=(A100,))


def test_what_a_base_image_has_inside_is_told_and_held_against_the_release() -> None:
    assert planned(inside("11.2.2", "8.1.1.33"), SYSTEM_CELL).note == (
        "the base image says that it has CUDA 11.2.2, cuDNN 8.1.1.33"
    )
    row = planned(inside("12.2.2", "8.9.6.50"), SYSTEM_CELL)
    assert row.action == "refuse"
    assert row.reason.startswith("TensorFlow 2.11.1 was compiled for CUDA 11 and opens")


def test_a_base_image_that_says_nothing_is_told_too() -> None:
    assert planned(inside("", ""), SYSTEM_CELL).note == (
        "the base image says that it has CUDA of no stated version, cuDNN of no stated version"
    )


def test_building_alone_needs_no_device_and_plans_no_trial() -> None:
    now = replace(circumstances(GPU_CELLS), build_only=True)
    row = planned(now, GPU_CELLS[0])
    assert (row.action, row.missing, row.key) == ("run", (), None)
    assert list(make_plan(GPU_CELLS, now).blueprints) == [GPU_CELLS[0].environment]


def test_building_alone_refuses_what_is_impossible() -> None:
    cell = replace(GPU_CELLS[0], environment=replace(GPU_CELLS[0].environment, python="3.8"))
    now = replace(circumstances((cell,)), build_only=True)
    assert planned(now, cell).action == "refuse"
    assert make_plan([cell], now).blueprints == {}


def test_a_stored_result_of_a_cell_that_can_not_run_does_not_run_it() -> None:
    now = replace(NOW, bases={CELL.environment: "none"}, stored=stored(*ALL))
    assert planned(now).action == "fail"


# cells that can


@pytest.mark.parametrize(
    ("kept", "action", "missing", "reused"),
    [
        pytest.param((), "run", ALL, 0, id="nothing"),
        pytest.param(stored(*ALL), "reuse", (), 3, id="all"),
        pytest.param(stored(*reversed(ALL)), "reuse", (), 3, id="all, in another sequence"),
        pytest.param(stored("forward"), "run", ("forward", "reversed"), 1, id="one"),
        pytest.param(stored("reversed"), "run", ("forward", "forward"), 1, id="the reversed one"),
        pytest.param(stored("forward", "forward"), "run", ("reversed",), 2, id="all but that"),
        pytest.param(
            stored("forward", "forward", "forward"),
            "run",
            ("reversed",),
            3,
            id="too many of a kind",
        ),
        pytest.param(stored(*ALL, "forward"), "reuse", (), 4, id="more than are wanted"),
        pytest.param(
            stored(*ALL, status=Status.RUN_FAILED), "run", ALL, 0, id="failed ones don't count"
        ),
    ],
)
def test_what_is_left_to_run(
    kept: tuple[TrialRecord, ...], action: str, missing: tuple[Order, ...], reused: int
) -> None:
    row = planned(replace(NOW, stored=kept))
    assert (row.action, row.missing, row.stored, row.note) == (action, missing, reused, "")
    assert row.key == KEY


def test_more_trials_are_added_to_the_stored_ones() -> None:
    more = replace(NOW, stored=stored(*ALL), probe=replace(PROBE, trials=5))
    row = planned(more)
    assert (row.action, row.missing, row.stored) == ("run", ("forward", "forward"), 3)


def test_fresh_runs_all_again() -> None:
    row = planned(replace(NOW, stored=stored(*ALL), fresh=True))
    assert (row.action, row.missing, row.stored, row.note) == ("run", ALL, 0, "")


def test_the_trials_of_another_cell_are_not_taken() -> None:
    other = replace(CELL, setting=replace(CELL.setting, determinism="on"))
    kept = tuple(record.model_copy(update={"cell": other.id}) for record in stored(*ALL))
    assert planned(replace(NOW, stored=kept)).missing == ALL


@pytest.mark.parametrize(
    ("moved", "note"),
    [
        pytest.param({"lock": "x"}, "stale: lock changed", id="lock"),
        pytest.param(
            {"base": "x", "probe": "x"}, "stale: probe, base changed", id="in the key's order"
        ),
        pytest.param({"host_class": "x"}, "stale: host class changed", id="host class"),
        pytest.param({"engine": "venv"}, "stale: engine changed", id="engine"),
    ],
)
def test_what_moved_is_named(moved: dict[str, str], note: str) -> None:
    before = KEY.model_copy(update=moved)
    row = planned(replace(NOW, stored=stored(*ALL, key=before)))
    assert (row.action, row.note, row.missing, row.stored) == ("run", note, ALL, 0)


def test_what_moved_is_told_from_the_newest_trial() -> None:
    oldest = stored("forward", key=KEY.model_copy(update={"lock": "x", "base": "x"}))
    newest = stored("forward", key=KEY.model_copy(update={"probe": "x"}), at=60)
    row = planned(replace(NOW, stored=(*newest, *oldest)))
    assert row.note == "stale: probe changed"


def test_a_cell_with_one_trial_that_still_counts_is_not_stale() -> None:
    before = stored("forward", key=KEY.model_copy(update={"lock": "x"}), at=60)
    assert planned(replace(NOW, stored=(*before, *stored("forward")))).note == ""


def test_a_cell_outside_of_what_tensorflow_declares_is_noted() -> None:
    (cell,) = cells("2.20.0", cuda="12.9.1")
    environment = replace(cell.environment, cudnn="9.24.0.43", cuda="12.3.2")
    cell = replace(cell, environment=environment)
    now = circumstances((cell,), gpus=GPUS)
    assert planned(now, cell).note.startswith("outside the range TensorFlow declares: CUDA 12.3.2")


# whole plans


def test_a_plan_keeps_the_order_and_counts() -> None:
    possible = cells("2.20.0", "2.19.1", determinism=("off", "on"))
    wanted = (GPU_CELLS[0], *possible)
    made = make_plan(wanted, circumstances(wanted))
    assert [row.cell for row in made.cells] == list(wanted)
    assert [row.cell for row in made.to_run] == list(possible)
    assert made.trials == 12
    assert list(made.blueprints) == [possible[0].environment, possible[2].environment]
    blueprint = made.blueprints[possible[0].environment]
    assert (blueprint.base, blueprint.lock) == (BASE, Lock("a==1\n"))


def test_what_is_reused_is_not_built() -> None:
    assert make_plan(CELLS, replace(NOW, stored=stored(*ALL))).blueprints == {}


@pytest.mark.parametrize(
    ("now", "status"),
    [
        pytest.param(NOW, Status.INTERRUPTED, id="run: until it has run"),
        pytest.param(replace(NOW, stored=stored(*ALL)), Status.DONE, id="reuse"),
        pytest.param(
            replace(NOW, bases={CELL.environment: "none"}), Status.BUILD_FAILED, id="fail"
        ),
        pytest.param(
            replace(NOW, locks={CELL.environment: Unresolvable("x")}), Status.REFUSED, id="refuse"
        ),
    ],
)
def test_how_far_a_cell_is_before_anything_has_run(now: Circumstances, status: Status) -> None:
    assert planned(now).status is status


@pytest.mark.parametrize(
    ("count", "orders"),
    [
        (1, ("forward",)),
        (2, ("forward", "reversed")),
        (3, ("forward", "forward", "reversed")),
        (5, ("forward",) * 4 + ("reversed",)),
    ],
)
def test_the_last_of_several_trials_runs_backwards(count: int, orders: tuple[Order, ...]) -> None:
    assert wanted_orders(count) == orders


# what a trial's bits may depend on


def test_the_whole_key() -> None:
    source = ProbeSource(NOW.source.images)
    assert trial_key(CELL, NOW) == TrialKey(
        lock=Lock("a==1\n").sha256,
        recipe=source.recipe_sha256,
        probe=source.sha256,
        seed=42,
        repeats=2,
        setting={
            "device": "cpu",
            "determinism": "off",
            "threads": "2",
            "onednn": "default",
            "tf32": "default",
            "xla": "default",
            "env": "none",
        },
        engine="docker",
        base="sha256:0123",
        host_class="cpu avx512_bf16",
    )


def test_a_venv_is_not_built_by_the_dockerfile() -> None:
    assert trial_key(CELL, circumstances(CELLS, engine="venv")).recipe == ""


def with_setting(**changed: object) -> Cell:
    return replace(CELL, setting=replace(CELL.setting, **changed))  # type: ignore[arg-type] # one of several fields


@pytest.mark.parametrize(
    ("cell", "now"),
    [
        pytest.param(CELL, circumstances(CELLS, lock="a==2\n"), id="lock"),
        pytest.param(CELL, circumstances(CELLS, probe=replace(PROBE, seed=43)), id="seed"),
        pytest.param(CELL, circumstances(CELLS, probe=replace(PROBE, repeats=3)), id="repeats"),
        pytest.param(CELL, circumstances(CELLS, engine="venv"), id="engine"),
        pytest.param(
            CELL, circumstances(CELLS, base=replace(BASE, identity="sha256:ff")), id="base"
        ),
        pytest.param(CELL, circumstances(CELLS, on=host("cpu avx2")), id="host class"),
        pytest.param(with_setting(determinism="on"), NOW, id="determinism"),
        pytest.param(with_setting(threads=1), NOW, id="threads"),
        pytest.param(with_setting(onednn="off"), NOW, id="onednn"),
        pytest.param(with_setting(tf32="off"), NOW, id="tf32"),
        pytest.param(with_setting(xla="on"), NOW, id="xla"),
        pytest.param(with_setting(env="other"), NOW, id="env"),
        pytest.param(with_setting(variables=(("TF_X", "1"),)), NOW, id="variables"),
    ],
)
def test_the_key_changes_with(cell: Cell, now: Circumstances) -> None:
    assert trial_key(cell, now) != KEY


def test_the_key_changes_with_the_probe(tmp_path: Path) -> None:
    images = shutil.copytree(NOW.source.images, tmp_path / "images")
    assert trial_key(CELL, circumstances(CELLS, source=ProbeSource(images))) == KEY
    (images / "probe" / "more.py").touch()
    assert trial_key(CELL, circumstances(CELLS, source=ProbeSource(images))) != KEY


@pytest.mark.parametrize("name", ["Dockerfile", "install"])
def test_the_key_changes_with_how_an_image_is_built(name: str, tmp_path: Path) -> None:
    images = shutil.copytree(NOW.source.images, tmp_path / "images")
    with (images / name).open("a") as file:
        file.write("# more\n")
    assert trial_key(CELL, circumstances(CELLS, source=ProbeSource(images))) != KEY


def test_the_key_tells_values_of_variables_apart() -> None:
    first, second = with_setting(variables=(("A", "1"),)), with_setting(variables=(("A", "2"),))
    assert trial_key(first, NOW) != trial_key(second, NOW)


def test_a_variable_is_no_axis() -> None:
    cell = with_setting(variables=(("threads", "9"),))
    assert trial_key(cell, NOW).setting["threads"] == "2"


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(circumstances(CELLS, lock="# header\na==1\n"), id="a lock's header"),
        pytest.param(circumstances(CELLS, probe=replace(PROBE, trials=9)), id="trials"),
        pytest.param(circumstances(CELLS, probe=replace(PROBE, timeout_seconds=1)), id="timeout"),
        pytest.param(circumstances(CELLS, probe=replace(PROBE, memory_bytes=1)), id="memory"),
        pytest.param(
            circumstances(CELLS, base=replace(BASE, reference="other:1", pinned=False)),
            id="what the base is called",
        ),
        pytest.param(
            circumstances(CELLS, on=host().model_copy(update={"name": "other", "platform": "x"})),
            id="the host's name",
        ),
        pytest.param(circumstances(CELLS, gpus=GPUS), id="GPUs that a CPU cell does not use"),
        pytest.param(circumstances(CELLS, stored=stored(*ALL)), id="what is stored"),
        pytest.param(circumstances(CELLS, fresh=True), id="fresh"),
    ],
)
def test_the_key_does_not_change_with(now: Circumstances) -> None:
    assert trial_key(CELL, now) == KEY


def gpu_key(gpus: tuple[HostGpu, ...]) -> TrialKey:
    return trial_key(GPU_CELLS[0], circumstances(GPU_CELLS, gpus=gpus))


def test_the_key_of_a_gpu_cell_names_the_model() -> None:
    assert gpu_key(GPUS).host_class == "NVIDIA H100 sm_90, cpu avx512_bf16"
    assert gpu_key(GPUS[1:]) == gpu_key(GPUS)
    assert gpu_key((replace(GPUS[0], model="NVIDIA H200"),)) != gpu_key(GPUS)
    assert gpu_key((replace(GPUS[0], compute_capability="10.0"),)) != gpu_key(GPUS)


@pytest.mark.parametrize("broken", [Unresolvable("x"), "no base"], ids=["lock", "base"])
def test_a_cell_that_can_not_run_has_no_key(broken: Unresolvable | str) -> None:
    now = (
        replace(NOW, bases={CELL.environment: broken})
        if isinstance(broken, str)
        else replace(NOW, locks={CELL.environment: broken})
    )
    with pytest.raises(TypeError, match=r"py3\.11-tf2\.20\.0\.cpu\.nodet can't run"):
        trial_key(CELL, now)
