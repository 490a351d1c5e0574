"""The cell that a search goes through, and the cells along it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import cell

from runner.errors import InputError
from runner.matrix.line import beside, check_axis, choose_cell, line, read_values

if TYPE_CHECKING:
    from runner.matrix.cells import Cell

OFF, ON = cell("2.19.1", determinism="off"), cell("2.19.1", determinism="on")
GPU = cell("2.20.0", determinism="off", device="gpu", cuda="12.9.1")
LATER = cell("2.20.0", determinism="off")


@pytest.mark.parametrize(
    ("cells", "chosen"),
    [
        pytest.param([ON], ON, id="the only one"),
        pytest.param([GPU, ON, OFF, LATER], OFF, id="the first on the CPU with determinism off"),
        pytest.param([GPU, ON], GPU, id="else the first"),
    ],
)
def test_the_cell_that_is_taken(cells: list[Cell], chosen: Cell) -> None:
    assert choose_cell(cells, "tensorflow", {}) == chosen


def test_values_that_the_matrix_does_not_have() -> None:
    values = read_values(["tensorflow=2.16.2", "numpy=1.26.4"])
    assert values == {"tensorflow": "2.16.2", "numpy": "1.26.4"}
    chosen = choose_cell([ON, OFF, LATER], "keras", values)
    assert chosen.id == "py3.11-tf2.16.2-numpy1.26.4.cpu.nodet"


@pytest.mark.parametrize(
    ("pair", "said", "hint"),
    [
        pytest.param("x", "--with 'x': not of the form AXIS=VALUE", "", id="no pair"),
        pytest.param(
            "tensorflw=2.16.2",
            "--with 'tensorflw=2.16.2': not such an axis, did you mean 'tensorflow'?",
            "It takes python, tensorflow, keras, numpy, cuda and cudnn.",
            id="no axis",
        ),
        pytest.param(
            "threads=4",
            "--with 'threads=4': not such an axis",
            "It takes python, tensorflow, keras, numpy, cuda and cudnn.",
            id="no axis of an environment",
        ),
        pytest.param(
            "tensorflow=2.16",
            "--with tensorflow: '2.16' is no TensorFlow release, such as 2.20.0",
            "",
            id="no release",
        ),
        pytest.param(
            "keras=3.4.1; rm -r",
            "--with keras: '3.4.1; rm -r' is no Keras release, such as 3.4.1",
            "",
            id="more than a release",
        ),
        pytest.param("keras=", "--with keras: expected one value, found nothing", "", id="nothing"),
    ],
)
def test_values_that_are_none(pair: str, said: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_values([pair])
    assert (caught.value.message, caught.value.hint) == (said, hint)


def test_the_axis_of_the_search_has_no_value_of_its_own() -> None:
    with pytest.raises(InputError, match=r"--with keras=3\.4\.1: the axis of the search"):
        choose_cell([OFF], "keras", {"keras": "3.4.1"})


def test_which_tensorflow_has_to_be_told_where_it_is_not_the_axis() -> None:
    with pytest.raises(InputError) as caught:
        choose_cell([ON, OFF, LATER], "keras", {})
    assert caught.value.message == (
        "--axis keras: with which TensorFlow? The cells have 2.19.1 and 2.20.0"
    )
    assert caught.value.hint == "Name it, such as --with tensorflow=2.20.0."
    assert choose_cell([ON, OFF], "keras", {}) == OFF
    assert choose_cell([OFF, LATER], "keras", {"tensorflow": "2.16.2"}).environment.keras is None


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        ("cuda", "--axis 'cuda': it goes along tensorflow, keras or numpy"),
        (
            "kears",
            "--axis 'kears': it goes along tensorflow, keras or numpy, did you mean 'keras'?",
        ),
    ],
)
def test_an_axis_without_releases(axis: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_axis(axis)
    assert caught.value.message == said


def test_the_cells_along_it_differ_in_nothing_else() -> None:
    along = line(OFF, "keras", ["3.4.1", "3.5.0"])
    assert [one.id for one in along.values()] == [
        "py3.11-tf2.19.1-keras3.4.1.cpu.nodet",
        "py3.11-tf2.19.1-keras3.5.0.cpu.nodet",
    ]
    assert {tuple(beside(one, "keras").items()) for one in along.values()} == {
        tuple(OFF.axes.items())
    }
    pinned = replace(OFF, environment=replace(OFF.environment, keras="3.10.0"))
    assert line(pinned, "keras", ["3.4.1"])["3.4.1"] == along["3.4.1"]
