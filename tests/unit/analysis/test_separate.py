"""The fewest cells that would tell apart what moved at one step, as far as any can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.analysis.planted import context

from runner.analysis.attribute import attribute
from runner.analysis.separate import Separation, separate

if TYPE_CHECKING:
    from collections.abc import Mapping

    Axes = Mapping[str, str]

OWN = {"device": "cpu", "determinism": "on"}


def between(
    before: tuple[Axes, Axes], after: tuple[Axes, Axes], name: str = "tensorflow"
) -> Separation:
    """What to add between two cells with other bits, each told by its axes and factors."""
    cells = [
        ({"python": "3.11", **OWN, **axes}, factors, word)
        for (axes, factors), word in zip((before, after), "AB", strict=True)
    ]
    (effect,) = attribute(context(cells), "a").of(name)
    return separate(effect)


def moved(before: Axes, after: Axes, **factors: tuple[str, str]) -> Separation:
    old, new = ({name: pair[side] for name, pair in factors.items()} for side in (0, 1))
    return between((before, old), (after, new))


def release(version: str) -> dict[str, str]:
    return {"tensorflow": version}


def test_one_cell_tells_two_things_apart() -> None:
    found = moved(release("2.19.1"), release("2.20.0"), numpy=("2.1.3", "2.4.6"))
    assert found == Separation(
        cells=({"python": "3.11", "tensorflow": "2.20.0", "numpy": "2.1.3", **OWN},), because=()
    )


def test_two_cells_tell_three() -> None:
    found = moved(
        release("2.18.1"), release("2.19.1"), keras=("3.12.0", "3.15.1"), numpy=("2.0.0", "2.0.2")
    )
    assert [(one["tensorflow"], one["keras"], one["numpy"]) for one in found.cells] == [
        ("2.19.1", "3.12.0", "2.0.0"),
        ("2.19.1", "3.15.1", "2.0.0"),
    ]


def test_the_other_release_holds_it_where_the_newer_can_not() -> None:
    found = moved(release("2.19.1"), release("2.20.0"), keras=("3.9.2", "3.15.1"))
    assert found == Separation(
        cells=({"python": "3.11", "tensorflow": "2.19.1", "keras": "3.15.1", **OWN},), because=()
    )


def test_no_cell_on_a_gpu_is_proposed_that_has_no_cudnn() -> None:
    gpu = {"cuda": "12.9.1", "cudnn": "9.10.2.21", "device": "gpu"}
    found = between((release("2.20.0"), {}), (release("2.20.0") | gpu, {}), "cuda")
    assert [(one["device"], one.get("cudnn")) for one in found.cells] == [
        ("cpu", None),
        ("cpu", "9.10.2.21"),
    ]


def test_where_neither_can() -> None:
    found = moved(release("2.15.1"), release("2.16.2"), keras=("2.15.0", "3.15.1"))
    assert found == Separation(
        cells=(),
        because=(
            (
                "TensorFlow 2.16.2 asks for keras>=3.0.0, not 2.15.0; "
                "TensorFlow 2.15.1 asks for keras>=2.15.0,<2.16, not 3.15.1"
            ),
        ),
    )


def test_what_can_be_held_is_told_apart_from_what_can_not() -> None:
    found = moved(
        release("2.13.1"), release("2.14.1"), keras=("2.13.1", "2.14.0"), numpy=("1.24.3", "1.26.4")
    )
    assert [(one["tensorflow"], one["keras"], one["numpy"]) for one in found.cells] == [
        ("2.14.1", "2.14.0", "1.24.3")
    ]
    (why,) = found.because
    assert why.startswith("TensorFlow 2.14.1 asks for keras>=2.14.0,<2.15, not 2.13.1")


def test_what_is_no_axis_can_not_be_held() -> None:
    found = moved(release("2.16.2"), release("2.17.1"), driver=("570", "580"), gpu=("a", "b"))
    assert found == Separation(
        cells=(), because=("driver and gpu are no axis of a matrix, so no cell can hold them",)
    )


def test_axes_that_never_moved_apart() -> None:
    before = {"python": "3.10", "tensorflow": "2.11.1"}
    after = {"python": "3.11", "tensorflow": "2.12.1"}
    assert moved(before, after).cells == (
        {"python": "3.10", "tensorflow": "2.12.1", **OWN},
    )  # 2.11 has no wheel for 3.11


def test_where_every_cell_between_is_refused() -> None:
    before = {"python": "3.8", "tensorflow": "2.13.1"}
    after = {"python": "3.12", "tensorflow": "2.20.0"}
    found = moved(before, after)
    assert found.cells == ()
    assert found.because == (
        (
            "TensorFlow 2.20.0 has no wheel for Python 3.8; it has them for 3.9 to 3.13; "
            "TensorFlow 2.13.1 has no wheel for Python 3.12; it has them for 3.8 to 3.11"
        ),
    )


@pytest.mark.parametrize("value", ["\x1b[31m", "rc", "2.20.0\n"])
def test_values_that_are_no_versions_are_taken_as_they_are(value: str) -> None:
    found = moved(release("2.19.1"), release(value), keras=("3.9.2", "3.15.1"))
    assert len(found.cells) == 1


def test_an_effect_without_suspects_needs_no_cell() -> None:
    found = between((release("2.19.1"), {}), (release("2.20.0"), {}))
    assert found == Separation(cells=(), because=())
