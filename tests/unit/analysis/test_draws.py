"""Whether the random stream has moved or the arithmetic."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
import pytest

from probe.catalogue import CASES
from runner.analysis.apart import OutputDistance
from runner.analysis.distance import measure
from runner.analysis.draws import Inputs, Moved, inputs, table, what_moved
from runner.results.loaded import LoadedArray

if TYPE_CHECKING:
    from probe.registry import Case

DRAWS = np.random.default_rng(3).standard_normal(400).astype("f4")
OTHER = np.random.default_rng(4).standard_normal(400).astype("f4")
NEXT = np.nextafter(DRAWS, np.float32(9))


def apart(left: object, right: object, dtype: str = "float32") -> OutputDistance:
    own = "u2" if dtype == "bfloat16" else dtype
    arrays = (LoadedArray(dtype, np.asarray(values, own)) for values in (left, right))
    return OutputDistance(output="out", distance=measure(*arrays))


def moved(*outputs: OutputDistance, case: str = "random.x", staged: bool = False) -> Moved:
    return what_moved(case, "stream", outputs, staged=staged)


LOST = OutputDistance(output="lost", distance=None, reason="not stored")
STREAM, LAST_BITS = apart(DRAWS, OTHER), apart(DRAWS, NEXT)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        pytest.param([STREAM], Moved.STREAM, id="altogether other numbers"),
        pytest.param([LAST_BITS], Moved.ARITHMETIC, id="last bits"),
        pytest.param([LAST_BITS, STREAM], Moved.STREAM, id="one of two outputs"),
        pytest.param([LOST], Moved.UNKNOWN, id="not measured"),
        pytest.param([LAST_BITS, LOST], Moved.UNKNOWN, id="one is not measured"),
        pytest.param([LOST, STREAM], Moved.STREAM, id="the other one tells"),
        pytest.param([], Moved.UNKNOWN, id="no output differs"),
    ],
)
def test_the_numbers_tell_in_a_case_that_draws(
    outputs: list[OutputDistance], expected: Moved
) -> None:
    assert moved(*outputs) is expected


def test_every_type_has_its_own_last_bits() -> None:
    for dtype in ("float16", "float64"):
        draws, others = DRAWS.astype(dtype), OTHER.astype(dtype)
        assert (
            moved(apart(draws, np.nextafter(draws, draws.dtype.type(9)), dtype)) is Moved.ARITHMETIC
        )
        assert moved(apart(draws, others, dtype)) is Moved.STREAM
    bits = (DRAWS.view("u4") >> 16).astype("u2")
    others = (OTHER.view("u4") >> 16).astype("u2")
    assert moved(apart(bits, bits + 1, "bfloat16")) is Moved.ARITHMETIC
    assert moved(apart(bits, others, "bfloat16")) is Moved.STREAM


def test_a_few_draws_that_fall_otherwise_are_no_other_stream() -> None:
    classes = np.arange(400, dtype="i4") % 50
    few = classes.copy()
    few[:40] += 1
    assert moved(apart(classes, few, "int32")) is Moved.ARITHMETIC
    few[:41] = 99
    assert moved(apart(classes, few, "int32")) is Moved.STREAM


def test_another_mask_is_another_stream() -> None:
    keep, other = DRAWS > 0, OTHER > 0
    assert moved(apart(keep, other, "bool")) is Moved.STREAM
    assert moved(apart(keep * 2.0, other * 2.0)) is Moved.STREAM


def test_where_all_is_nan_nothing_is_known() -> None:
    assert moved(apart(DRAWS, np.full(400, np.nan))) is Moved.UNKNOWN


def test_of_a_staged_case_the_first_stage_tells() -> None:
    assert moved(LAST_BITS, STREAM, staged=True) is Moved.ARITHMETIC
    assert moved(STREAM, LAST_BITS, staged=True) is Moved.STREAM


def test_fixed_inputs_leave_the_arithmetic_alone() -> None:
    assert what_moved("nn.x", "conv", [STREAM, LOST], staged=False) is Moved.ARITHMETIC


def test_a_family_of_another_probe_is_not_known() -> None:
    assert inputs("mine", "own") is Inputs.UNKNOWN
    assert what_moved("mine", "own", [LAST_BITS], staged=False) is Moved.UNKNOWN


def test_every_case_of_the_probe_is_known() -> None:
    unknown = [one.name for one in CASES if inputs(one.name, one.family) is Inputs.UNKNOWN]
    assert unknown == []


def test_every_line_of_the_table_is_needed() -> None:
    families = {one.family for one in CASES}
    assert {*table().families.drawn, *table().families.fixed} == families
    for kind in Inputs.DRAWN, Inputs.FIXED:
        for pattern in getattr(table().cases, kind):
            matching = [one for one in CASES if fnmatchcase(one.name, pattern)]
            assert matching, pattern
            assert all(table().families.inputs(one.family) is not kind for one in matching), pattern


ALWAYS = {"stream", "dropout", "init"}  # families of nothing but draws
DRAWING = re.compile(r"random|shuffle|sample_from|Dropout|\bdraw")


@pytest.mark.parametrize(
    "one", [one for one in CASES if one.family not in ALWAYS], ids=lambda one: one.name
)
def test_the_table_agrees_with_what_a_case_says_that_it_exercises(one: Case) -> None:
    drawn = bool(DRAWING.search(one.exercises)) or one.name == "data.map.sequential"
    assert inputs(one.name, one.family) is (Inputs.DRAWN if drawn else Inputs.FIXED)
