"""What is wrong with a matrix, in sentences and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.matrix.alike import Alike
from runner.matrix.carried import Carried
from runner.matrix.lint import Confounded, DeviceLint
from runner.reports import lint as lint_report

if TYPE_CHECKING:
    from runner.matrix.lines import Axes

CELL: Axes = {"python": "3.11", "tensorflow": "2.20.0", "determinism": "on"}


def device(**fields: object) -> DeviceLint:
    """A device without faults, but for what is named."""
    usual: dict[str, object] = {
        "device": "cpu",
        "cells": 4,
        "islands": 1,
        "confounded": (),
        "alone": (),
        "alike": (),
        "carried": (),
        "add": (),
        "fewest": True,
        "left": 1,
    }
    return DeviceLint(**(usual | fields))  # type: ignore[arg-type] # by name


def lines(found: DeviceLint) -> list[str]:
    """The lines after the first, each unwrapped."""
    first, *rest = lint_report.text([found], width=1000).splitlines()
    assert first.startswith("cpu: ")
    return [line.removeprefix("- ") for line in rest]


def confounded(*never: str) -> Confounded:
    return Confounded(
        axes=("cuda", "cudnn"), before=("", "9.3.0.75"), after=("12.9.1", "9.10.2.21"), never=never
    )


def carried(package: str, before: str, after: str, hold: Axes) -> Carried:
    return Carried(
        axis="tensorflow",
        before=before,
        after=after,
        package=package,
        was="1",
        becomes="2",
        hold=hold,
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {"confounded": (confounded(),)},
            [
                (
                    "cuda (none → 12.9.1) and cudnn (9.3.0.75 → 9.10.2.21) move at once, and "
                    "nothing tells them apart there."
                )
            ],
            id="at one step",
        ),
        pytest.param(
            {"confounded": (confounded("cuda", "cudnn"),)},
            [
                (
                    "cuda (none → 12.9.1) and cudnn (9.3.0.75 → 9.10.2.21) move at once, and "
                    "nothing tells them apart there; cuda and cudnn never move alone, so nothing "
                    "can be attributed to them."
                )
            ],
            id="always",
        ),
        pytest.param(
            {"alone": ("a.cpu.det",)},
            [
                (
                    "No other cell differs in one axis alone from a.cpu.det, so it adds nothing to "
                    "what can be told."
                )
            ],
            id="a cell alone",
        ),
        pytest.param(
            {"alone": tuple("abcdefgh")},
            [
                (
                    "No other cell differs in one axis alone from a, b, c, d, e, f and 2 more "
                    "cells, so they add nothing to what can be told."
                )
            ],
            id="many alone",
        ),
        pytest.param(
            {"alike": (Alike(cells=("a", "b"), because=("a CPU has none",)),)},
            ["The same in effect: a and b; a CPU has none."],
            id="the same in effect",
        ),
        pytest.param(
            {"add": (CELL, {**CELL, "determinism": "off"})},
            [
                "To join them, add to a group's `include` (1 environment; no fewer do):",
                '{python: "3.11", tensorflow: "2.20.0"}',
            ],
            id="what to add",
        ),
        pytest.param(
            {"add": (CELL,), "fewest": False, "left": 2},
            [
                "To join them, add to a group's `include` (1 environment; fewer may do):",
                '{python: "3.11", tensorflow: "2.20.0"}',
                "2 parts stay apart: no few cells that can work join them.",
            ],
            id="not known to be the fewest",
        ),
        pytest.param(
            {
                "carried": (
                    carried("keras", "2.14.1", "2.15.1", {}),
                    carried("numpy", "2.19.1", "2.20.0", CELL),
                    carried("keras", "2.15.1", "2.16.2", {}),
                )
            },
            [
                (
                    "numpy moves with tensorflow 2.19.1 → 2.20.0 (1 → 2), as the locks have it; "
                    'this would tell: {python: "3.11", tensorflow: "2.20.0"}'
                ),
                (
                    "keras moves with tensorflow 2.14.1 → 2.15.1, 2.15.1 → 2.16.2, and no cell can "
                    "hold it there."
                ),
            ],
            id="what a release moves",
        ),
    ],
)
def test_sentences(fields: dict[str, object], expected: list[str]) -> None:
    assert lines(device(**fields)) == expected


def test_what_many_cells_have_in_common_is_said_once() -> None:
    pairs = tuple(Alike(cells=(f"{n}a", f"{n}b"), because=("a CPU has none",)) for n in range(3))
    assert lines(device(alike=pairs)) == [
        "The same in effect: 0a and 0b, and 2 more such sets; a CPU has none."
    ]


def test_the_first_line() -> None:
    text = lint_report.text([device(), device(device="gpu", cells=3, islands=2)])
    assert text == (
        "cpu: 4 cells; each axis that varies can be told from the others.\n"
        "\n"
        "gpu: 3 cells in 2 parts that no step along one axis joins.\n"
    )


def test_no_cell_can_work() -> None:
    assert lint_report.text([]) == "No cell of this matrix can work.\n"


def test_json() -> None:
    document = json.loads(lint_report.as_json([device(confounded=(confounded(),))]))
    assert document["schema_version"] == 1
    (found,) = document["devices"]
    assert found["faults"] is True
    assert found["confounded"] == [
        {
            "axes": ["cuda", "cudnn"],
            "before": ["", "9.3.0.75"],
            "after": ["12.9.1", "9.10.2.21"],
            "never": [],
        }
    ]
