"""Against what an environment is held: which context, and with which setting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import HOST_CLASS, cell, key, trials

from runner.analysis.compare import compare
from runner.analysis.counterpart import nearest, on_device, setting_of
from runner.matrix.cells import Cell, Setting

if TYPE_CHECKING:
    from runner.analysis.comparison import Context

GPU_CLASS = f"NVIDIA H100 sm_90 132 SMs, {HOST_CLASS}"
CPU, GPU = cell("2.20.0"), cell("2.20.0", device="gpu", cuda="12.9.1")
VENV = key(CPU, engine="venv")
DOCKER = key(CPU, engine="docker")
ELSEWHERE = key(CPU, engine="venv", host_class="cpu avx2")


def test_only_the_cells_on_the_device_are_held_against() -> None:
    on_gpu = trials(GPU, {"a": "xx"}, trial_key=key(GPU, host_class=GPU_CLASS))
    both = compare(trials(CPU, {"a": "xx"}) + on_gpu, [])
    assert [one.host_class for one in on_device(both, "cpu")] == [HOST_CLASS]
    assert [one.host_class for one in on_device(both, "gpu")] == [GPU_CLASS]
    assert on_device(compare([], []), "cpu") == ()


@pytest.mark.parametrize(
    ("keys", "taken"),
    [
        ([DOCKER, VENV], ("venv", HOST_CLASS)),
        ([VENV, ELSEWHERE], ("venv", HOST_CLASS)),
        ([DOCKER, ELSEWHERE], ("docker", HOST_CLASS)),
        ([ELSEWHERE], ("venv", "cpu avx2")),
    ],
    ids=["rather a venv", "this host class", "host class before engine", "another, if need be"],
)
def test_the_nearest_context(keys: list[object], taken: tuple[str, str]) -> None:
    records = [
        one
        for trial_key in (VENV, DOCKER, ELSEWHERE)
        if trial_key in keys
        for one in trials(CPU, {"a": "xx"}, trial_key=trial_key)
    ]
    found = nearest(compare(records, []).contexts, HOST_CLASS)
    assert (found.engine, found.host_class) == taken


SETTING = Setting(
    device="cpu", determinism="on", threads=4, onednn="off", tf32="on", xla="default", env="none"
)


def context_of(*settings: Setting) -> Context:
    cells = [Cell(environment=CPU.environment, setting=setting) for setting in settings]
    (context,) = compare([one for of in cells for one in trials(of, {"a": "xx"})], []).contexts
    return context


def test_the_setting_of_the_first_cell() -> None:
    assert setting_of(context_of(SETTING)) == SETTING
    other = replace(SETTING, determinism="off")
    assert setting_of(context_of(SETTING, other)) == other  # off is before on


def test_one_with_variables_of_its_own_is_not_taken_where_another_is() -> None:
    fast = replace(SETTING, env="fast")
    both = context_of(fast, SETTING)
    assert both.cells[0].axes["env"] == "fast"
    assert setting_of(both) == SETTING
    assert setting_of(context_of(fast)) == SETTING  # no table holds the variables themselves


def test_a_context_without_a_cell_has_none() -> None:
    with pytest.raises(ValueError, match="a context without a cell has no setting"):
        setting_of(replace(context_of(SETTING), cells=()))
