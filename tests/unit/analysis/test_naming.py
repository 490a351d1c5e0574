"""Naming stored cells: ids, patterns and conditions, and what is said where a name means none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import case, cell, run, status, trial

from runner.analysis.compare import compare
from runner.analysis.naming import read_name
from runner.errors import InputError, NothingSelected, SamebitsError
from runner.results.records import Status

if TYPE_CHECKING:
    from runner.analysis.naming import AnyCell
    from runner.matrix.cells import Cell

OLD_OFF, OLD_ON = (cell("2.15.1", determinism=word) for word in ("off", "on"))
NEW_OFF, NEW_ON = (cell("2.16.2", determinism=word) for word in ("off", "on"))
LOST = cell("2.17.1")
SEE = "`python -m runner report --all` shows what is stored."
FORM = "Name one value for each axis, such as tensorflow=2.15.1,determinism=on."


def stored() -> list[AnyCell]:
    cells = [OLD_OFF, OLD_ON, NEW_OFF, NEW_ON]
    said = [*map(status, cells), status(LOST, Status.TIMED_OUT)]
    (context,) = compare([trial(of, case("a", "x")) for of in cells], [run(said)]).contexts
    return [*context.cells, *context.missing]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(OLD_ON.id, [OLD_ON], id="an id"),
        pytest.param("*2.15.1*", [OLD_OFF, OLD_ON], id="a pattern"),
        pytest.param("tensorflow=2.15.1", [OLD_OFF, OLD_ON], id="a condition"),
        pytest.param("tensorflow=2.16.2,determinism=on", [NEW_ON], id="two conditions"),
        pytest.param(" tensorflow = 2.16.2 , determinism = on", [NEW_ON], id="with spaces"),
        pytest.param(
            "tensorflow=2.1[56]*,determinism=off", [OLD_OFF, NEW_OFF], id="a pattern of values"
        ),
        pytest.param("tensorflow=2.17.1", [LOST], id="a cell without a result"),
    ],
)
def test_what_a_name_means(text: str, expected: list[Cell]) -> None:
    name = read_name(text, stored())
    assert [one.cell for one in stored() if name.means(one)] == [one.id for one in expected]


@pytest.mark.parametrize(
    ("text", "error", "message", "hint"),
    [
        pytest.param(
            "py3.11-tf2.15.1.cpu.dett",
            NothingSelected,
            "no stored cell is called 'py3.11-tf2.15.1.cpu.dett', did you mean "
            "'py3.11-tf2.15.1.cpu.det'?",
            SEE,
            id="no such id",
        ),
        pytest.param(
            "2.15.1",
            NothingSelected,
            "no stored cell is called '2.15.1', did you mean 'tensorflow=2.15.1'?",
            SEE,
            id="a value without its axis",
        ),
        pytest.param(
            "\x1b[31m", NothingSelected, r"no stored cell is called '\x1b[31m'", SEE, id="hostile"
        ),
        pytest.param(
            "tensorfow=2.15.1",
            InputError,
            "'tensorfow=2.15.1': there is no axis 'tensorfow', did you mean 'tensorflow'?",
            None,
            id="no such axis",
        ),
        pytest.param(
            "tensorflow=2.15.1,on",
            InputError,
            "'tensorflow=2.15.1,on': 'on' is not of the form AXIS=VALUE",
            FORM,
            id="a value alone",
        ),
        pytest.param(
            "tensorflow=",
            InputError,
            "'tensorflow=': 'tensorflow=' is not of the form AXIS=VALUE",
            FORM,
            id="no value",
        ),
        pytest.param(
            "tensorflow=2.10.0",
            NothingSelected,
            "'tensorflow=2.10.0': no stored cell has tensorflow '2.10.0'; the values there are: "
            "2.15.1, 2.16.2, 2.17.1",
            SEE,
            id="no such value",
        ),
        pytest.param(
            "cudnn=9.3.0.75",
            NothingSelected,
            "'cudnn=9.3.0.75': no stored cell has cudnn '9.3.0.75'; none has this axis",
            SEE,
            id="an axis that no cell has",
        ),
        pytest.param(
            "tensorflow=2.17.1,determinism=off",
            NothingSelected,
            "'tensorflow=2.17.1,determinism=off': no stored cell has all of these",
            SEE,
            id="not all at once",
        ),
    ],
)
def test_what_is_said_of_a_name_that_means_nothing(
    text: str, error: type[SamebitsError], message: str, hint: str | None
) -> None:
    with pytest.raises(error) as raised:
        read_name(text, stored())
    assert raised.value.message == message
    assert hint is None or raised.value.hint == hint


def test_no_more_than_twenty_values_are_listed() -> None:
    cells = [cell(f"2.{minor}.0") for minor in range(10, 35)]
    (context,) = compare([trial(of, case("a", "x")) for of in cells], []).contexts
    with pytest.raises(NothingSelected) as raised:
        read_name("tensorflow=1", context.cells)
    assert raised.value.message.endswith("2.28.0, 2.29.0 and 5 more")
