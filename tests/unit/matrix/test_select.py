"""Which cells `--only` picks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.matrix.matrix_text import GPU

from runner.errors import InputError, NothingSelected
from runner.matrix import spec
from runner.matrix.select import select

CELLS = spec.parse(GPU + "  cpu: {python: 3.11, tensorflow: [2.17.1, 2.20.0]}\n", "m.yaml").cells
LIST = "`python -m runner list` prints every cell."


def ids(*only: str) -> list[str]:
    return [cell.id for cell in select(CELLS, only)]


def test_nothing_asked_is_everything() -> None:
    assert select(CELLS) == CELLS
    assert len(CELLS) == 20


@pytest.mark.parametrize(
    ("only", "count"),
    [
        pytest.param(["tensorflow=2.17.1"], 2, id="a value"),
        pytest.param(["tensorflow=2.17.1,2.19.1"], 10, id="one of two values"),
        pytest.param([" tensorflow = 2.17.1 , 2.19.1 "], 10, id="blanks"),
        pytest.param(["tensorflow=2.20.0", "device=cpu"], 2, id="two axes"),
        pytest.param(["tensorflow=2.1*"], 10, id="pattern on values"),
        pytest.param(["cudnn=9.3.0.75"], 8, id="axis that some cells lack"),
        pytest.param(["threads=2"], 20, id="a number"),
        pytest.param(["env=none"], 20, id="a name"),
        pytest.param(["py3.11-tf2.17.1.cpu.det"], 1, id="an id"),
        pytest.param(["py3.11-tf2.20*"], 10, id="pattern on ids"),
        pytest.param(["*.det"], 10, id="pattern on settings"),
        pytest.param(["py3.11-tf2.17.1.cpu.det", "*tf2.20.0.cpu*"], 3, id="one of two ids"),
        pytest.param(["*.cpu.*", "determinism=on"], 2, id="ids and an axis"),
    ],
)
def test_what_is_picked(only: list[str], count: int) -> None:
    assert len(ids(*only)) == count


def test_cells_are_picked_by_the_packages_that_they_pin() -> None:
    text = (
        "version: 1\nenvironments:\n"
        "  pinned: {python: 3.11, tensorflow: 2.20.0, keras: [3.4.1, 3.10.0]}\n"
        "  open: {python: 3.11, tensorflow: 2.20.0}\nsettings: {determinism: on}\n"
    )
    cells = spec.parse(text, "m.yaml").cells
    assert [cell.id for cell in select(cells, ["keras=3.4*"])] == [
        "py3.11-tf2.20.0-keras3.4.1.cpu.det"
    ]
    with pytest.raises(
        NothingSelected, match=r"no cell has keras '2\.15\.0'; the values there are"
    ):
        select(cells, ["keras=2.15.0"])


def test_the_order_is_that_of_the_matrix() -> None:
    assert ids("tensorflow=2.20.0,2.17.1", "device=cpu") == [
        "py3.11-tf2.17.1.cpu.nodet",
        "py3.11-tf2.17.1.cpu.det",
        "py3.11-tf2.20.0.cpu.nodet",
        "py3.11-tf2.20.0.cpu.det",
    ]


def test_patterns_are_given_apart_too() -> None:
    assert select(CELLS, ["device=cpu"], ["*.det"]) == select(CELLS, ["device=cpu", "*.det"])


@pytest.mark.parametrize(
    ("only", "said"),
    [
        (
            "tensorflw=2.20.0",
            "--only tensorflw=2.20.0: there is no axis 'tensorflw', did you mean 'tensorflow'?",
        ),
        ("=x", "--only =x: there is no axis ''"),
        ("os=linux", "--only os=linux: there is no axis 'os'"),
    ],
)
def test_an_axis_there_is_not(only: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        select(CELLS, [only])
    assert caught.value.message == said
    assert caught.value.hint == (
        "The axes are python, tensorflow, keras, numpy, cuda, cudnn, base, device, determinism, "
        "threads, onednn, tf32, xla and env."
    )
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("only", "said"),
    [
        pytest.param(
            ["tensorflow=2.16.2"],
            "--only tensorflow=2.16.2: no cell has tensorflow '2.16.2'; the values there are: "
            "2.19.1, 2.20.0, 2.17.1",
            id="value of no cell",
        ),
        pytest.param(
            ["tensorflow=2.20.0,"],
            "--only tensorflow=2.20.0,: no cell has tensorflow ''; the values there are: "
            "2.19.1, 2.20.0, 2.17.1",
            id="empty value",
        ),
        pytest.param(
            ["base=x:1"],
            "--only base=x:1: no cell has base 'x:1'; no cell has this axis",
            id="axis of no cell",
        ),
        pytest.param(
            ["tensorflow=2.17.1", "device=gpu"],
            "--only tensorflow=2.17.1 --only device=gpu: no cell has all of these",
            id="values that do not meet",
        ),
        pytest.param(
            ["device=cpu", "device=gpu"],
            "--only device=cpu --only device=gpu: no cell has all of these",
            id="two values of one axis in two conditions",
        ),
        pytest.param(
            ["py3.11-tf2.17.1.cpu.dett"],
            "no cell is called 'py3.11-tf2.17.1.cpu.dett', did you mean 'py3.11-tf2.17.1.cpu.det'?",
            id="mistyped id",
        ),
        pytest.param(
            ["*.det", "zzz"], "no cell is called 'zzz'", id="one pattern of two that fits nothing"
        ),
    ],
)
def test_nothing_is_left(only: list[str], said: str) -> None:
    with pytest.raises(NothingSelected) as caught:
        select(CELLS, only)
    assert caught.value.message == said
    assert caught.value.hint == LIST
    assert caught.value.exit_code == 3


def test_a_matrix_without_cells() -> None:
    with pytest.raises(NothingSelected, match=r"^the matrix has no cells\n"):
        select(())


CONDITIONS = st.sampled_from(
    [
        "device=cpu",
        "device=gpu",
        "tensorflow=2.20.0",
        "tensorflow=2.1*",
        "cuda=12.6.3",
        "determinism=on",
        "*.det",
        "*tf2.20*",
        "cudnn=9.3.0.75,9.10.2.21",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(CONDITIONS, max_size=4))
def test_a_selection_is_a_subset_in_the_same_order(only: list[str]) -> None:
    try:
        chosen = select(CELLS, only)
    except NothingSelected:
        return
    assert chosen == tuple(cell for cell in CELLS if cell in chosen)
    for axis in (condition for condition in only if "=" in condition):
        assert set(chosen) <= set(select(CELLS, [axis]))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_selects_or_is_refused(only: str) -> None:
    try:
        chosen = select(CELLS, [only])
    except (InputError, NothingSelected):
        chosen = ()
    assert chosen == tuple(cell for cell in CELLS if cell in chosen)
