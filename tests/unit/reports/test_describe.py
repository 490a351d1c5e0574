"""A set of cells is named by as few axes as tell it from the rest."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import cell

from runner.reports.describe import describe
from runner.reports.fold import Scales


def cells(
    *versions: str,
    determinism: tuple[Literal["off", "on"], ...] = ("off", "on"),
    cuda: tuple[str, ...] = (),
) -> list[dict[str, str]]:
    """CPU cells, or GPU cells where releases of CUDA are named."""
    return [
        cell(version, determinism=word, device="gpu" if release else "cpu", cuda=release).axes
        for version in versions
        for release in cuda or (None,)
        for word in determinism
    ]


CPU = cells("2.15.1", "2.16.2", "2.17.1", "2.18.1", "2.19.1")
GPU = cells("2.18.1", "2.19.1", cuda=("12.6.3", "12.9.1"))
EVERY = CPU + GPU


@pytest.mark.parametrize(
    ("some", "among", "words"),
    [
        pytest.param(CPU, CPU, "all cells", id="all"),
        pytest.param(EVERY, EVERY, "all cells", id="all of both devices"),
        pytest.param(CPU[::2], CPU, "determinism off", id="one value"),
        pytest.param(CPU[:2] + CPU[6:8], CPU, "tensorflow 2.15.1, 2.18.1", id="two values"),
        pytest.param(CPU[:6], CPU, "tensorflow 2.15.1 to 2.17.1", id="a run of values"),
        pytest.param(CPU[:1], CPU, "tensorflow 2.15.1, determinism off", id="one cell"),
        pytest.param(
            CPU[:1] + CPU[5:6] + CPU[7:8],
            CPU,
            "tensorflow 2.15.1, determinism off; tensorflow 2.17.1, 2.18.1, determinism on",
            id="no product",
        ),
        pytest.param(GPU, EVERY, "device gpu", id="device says it all"),
        pytest.param(CPU, EVERY, "device cpu", id="not the versions"),
        pytest.param(
            CPU[7:8],
            EVERY,
            "tensorflow 2.18.1, device cpu, determinism on",
            id="not the CUDA that a CPU cell has none of",
        ),
        pytest.param(GPU[:2], EVERY, "tensorflow 2.18.1, cuda 12.6.3", id="CUDA means GPU"),
    ],
)
def test_a_set_in_words(
    some: list[dict[str, str]], among: list[dict[str, str]], words: str
) -> None:
    assert describe(Scales.of(among), some, among) == words


def test_a_ragged_set_is_cut_and_says_so() -> None:
    every = cells(*(f"2.{minor}.0" for minor in range(12)))
    ragged = [axes for place, axes in enumerate(every) if place % 4 == place // 4 % 4]
    words = describe(Scales.of(every), ragged, every, shown=1)
    assert words == "tensorflow 2.0.0, 2.5.0, 2.8.0, determinism off; and 3 more cells"


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(0, len(EVERY) - 1), min_size=1))
def test_the_words_fit_exactly_these_cells(chosen: set[int]) -> None:
    some = [EVERY[place] for place in sorted(chosen)]
    scales = Scales.of(EVERY)
    words = describe(scales, some, EVERY, shown=len(EVERY))
    assert [axes for axes in EVERY if _fits(axes, words, scales)] == some


def _fits(axes: dict[str, str], words: str, scales: Scales) -> bool:
    """Read the words back: products by semicolon, then ``axis value, value to value``."""
    if words == "all cells":
        return True
    return any(
        all(axes.get(axis, "") in values for axis, values in _read(product, scales).items())
        for product in words.split("; ")
    )


def _read(product: str, scales: Scales) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    axis = ""
    for part in product.split(", "):
        first, _, rest = part.partition(" ")
        if first in scales.values:
            axis, part = first, rest  # noqa: PLW2901 - the axis is said once for all its values
        begin, _, end = part.partition(" to ")
        names = [value or "none" for value in scales.values[axis]]
        span = range(names.index(begin), names.index(end or begin) + 1)
        found.setdefault(axis, set()).update(scales.values[axis][place] for place in span)
    return found
