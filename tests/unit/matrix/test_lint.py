"""Whether a matrix can answer its question: axes that move at once, and cells that add nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.matrix.matrix_text import GPU, SMALL

from runner.matrix import spec
from runner.matrix.carried import Carried, carried
from runner.matrix.cells import Cell, Environment, Setting
from runner.matrix.lint import Confounded, DeviceLint, lint

if TYPE_CHECKING:
    from collections.abc import Iterable


def of(text: str) -> tuple[DeviceLint, ...]:
    matrix = spec.parse(text, "m.yaml")
    return lint(matrix.cells, [row.cell for row in matrix.excluded])


def one(text: str) -> DeviceLint:
    (found,) = of(text)
    return found


def environments(*rules: str) -> str:
    """A matrix with one group for each rule."""
    groups = "\n".join(f"  g{place}: {rule}" for place, rule in enumerate(rules))
    return f"version: 1\nenvironments:\n{groups}\nsettings: {{determinism: [on]}}\n"


@pytest.mark.parametrize("text", [SMALL, GPU], ids=["one release", "a whole product"])
def test_a_product_can_tell_everything(text: str) -> None:
    found = one(text)
    assert (found.islands, found.confounded, found.alone, found.add) == (1, (), (), ())
    assert not found.faults


def test_an_axis_with_one_value_is_no_problem() -> None:
    assert not one(environments('{python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}')).faults


def test_axes_that_always_move_together() -> None:
    found = one(
        environments(
            '{python: "3.11", tensorflow: "2.20.0", cuda: "12.6.3", cudnn: "9.3.0.75"}',
            '{python: "3.11", tensorflow: "2.20.0", cuda: "12.9.1", cudnn: "9.10.2.21"}',
        )
    )
    assert found.confounded == (
        Confounded(
            axes=("cuda", "cudnn"),
            before=("12.6.3", "9.3.0.75"),
            after=("12.9.1", "9.10.2.21"),
            never=("cuda", "cudnn"),
        ),
    )
    assert (found.islands, len(found.alone), found.fewest, found.left) == (2, 2, True, 1)
    (added,) = found.add
    assert {axis: added[axis] for axis in ("cuda", "cudnn", "determinism")} in (
        {"cuda": "12.6.3", "cudnn": "9.10.2.21", "determinism": "on"},
        {"cuda": "12.9.1", "cudnn": "9.3.0.75", "determinism": "on"},
    )


def test_axes_that_move_at_once_at_one_step() -> None:
    older = '{python: "3.8", tensorflow: ["2.9.3", "2.10.1"]}'
    newer = '{python: "3.11", tensorflow: ["2.12.1", "2.13.1"]}'
    found = one(environments(older, newer))
    assert found.confounded == (
        Confounded(
            axes=("python", "tensorflow"),
            before=("3.8", "2.10.1"),
            after=("3.11", "2.12.1"),
            never=("python",),
        ),
    )
    assert found.alone == ()
    assert [(added["python"], added["tensorflow"]) for added in found.add] == [("3.8", "2.12.1")]


def test_one_environment_is_proposed_for_all_settings() -> None:
    text = environments(
        '{python: "3.11", tensorflow: "2.19.1"}', '{python: "3.12", tensorflow: "2.20.0"}'
    )
    found = one(text.replace("[on]", "[off, on], threads: [1, 2]"))
    assert (found.cells, found.islands, len(found.add), found.left) == (8, 2, 1, 1)


def test_a_cell_that_adds_nothing() -> None:
    found = one(
        environments(
            '{python: "3.11", tensorflow: ["2.18.1", "2.19.1"]}',
            '{python: "3.12", tensorflow: "2.20.0"}',
        )
    )
    assert found.alone == ("py3.12-tf2.20.0.cpu.det",)


def test_what_is_refused_joins_nothing_and_is_not_proposed() -> None:
    found = one(environments('{python: ["3.8", "3.12"], tensorflow: ["2.13.1", "2.20.0"]}'))
    assert (found.cells, found.islands, found.add, found.left) == (2, 2, (), 2)


def test_what_the_matrix_excludes_is_not_proposed() -> None:
    group = (
        '{python: "3.11", tensorflow: "2.20.0", cuda: ["12.6.3", "12.9.1"], '
        'cudnn: ["9.3.0.75", "9.10.2.21"], exclude: [{cuda: "12.6.3", cudnn: "9.10.2.21"}, '
        '{cuda: "12.9.1", cudnn: "9.3.0.75"}]}'
    )
    assert one(environments(group)).add == ()


def test_each_device_is_looked_at_for_itself() -> None:
    found = of(
        environments(
            '{python: "3.11", tensorflow: "2.19.1"}',
            '{python: "3.12", tensorflow: "2.20.0", cuda: "12.9.1", cudnn: "9.10.2.21"}',
        )
    )
    assert [(device.device, device.islands, device.alone) for device in found] == [
        ("cpu", 1, ()),
        ("gpu", 1, ()),
    ]


def test_cells_that_are_the_same_in_effect() -> None:
    found = one(SMALL + "settings: {determinism: [on], tf32: [default, off]}\n")
    assert len(found.alike) == 1
    assert found.faults


def test_nothing_that_can_work() -> None:
    assert of(environments('{python: "3.12", tensorflow: "2.12.1"}')) == ()


# what a release moves by itself


def environment(tensorflow: str, **packages: str) -> Environment:
    return Environment(python="3.11", tensorflow=tensorflow, **packages)


def moved(
    locks: dict[Environment, dict[str, str]], also: Iterable[Environment] = ()
) -> list[Carried]:
    setting = Setting(device="cpu", determinism="on")
    cells = [Cell(environment=one, setting=setting) for one in (*locks, *also)]
    return [*carried(cells, locks)]


OLD, NEW = environment("2.19.1"), environment("2.20.0")


def test_a_package_that_moves_with_a_release() -> None:
    assert moved({OLD: {"numpy": "2.1.3"}, NEW: {"numpy": "2.4.6"}}) == [
        Carried(
            axis="tensorflow",
            before="2.19.1",
            after="2.20.0",
            package="numpy",
            was="2.1.3",
            becomes="2.4.6",
            hold={"python": "3.11", "tensorflow": "2.20.0", "numpy": "2.1.3"},
        )
    ]


def test_a_package_that_no_cell_can_hold() -> None:
    locks = {
        environment("2.15.1"): {"keras": "2.15.0"},
        environment("2.16.2"): {"keras": "3.15.1"},
    }
    assert [(one.package, one.hold) for one in moved(locks)] == [("keras", {})]


@pytest.mark.parametrize(
    "packages",
    [
        pytest.param({OLD: {"numpy": "2.1.3"}, NEW: {"numpy": "2.1.3"}}, id="what stays"),
        pytest.param({OLD: {"numpy": "2.1.3"}, NEW: {}}, id="what is not known"),
        pytest.param({OLD: {"six": "1.16.0"}, NEW: {"six": "1.17.0"}}, id="what is no axis"),
    ],
)
def test_what_is_not_told(packages: dict[Environment, dict[str, str]]) -> None:
    assert moved(packages) == []


def test_what_a_cell_holds_already() -> None:
    locks = {OLD: {"numpy": "2.1.3"}, NEW: {"numpy": "2.4.6"}}
    assert moved(locks, also=[environment("2.20.0", numpy="2.1.3")]) == []


def test_an_axis_that_is_named_does_not_move_by_itself() -> None:
    one, other = environment("2.20.0", numpy="2.1.3"), environment("2.20.0", numpy="2.4.6")
    assert moved({one: {"numpy": "2.1.3"}, other: {"numpy": "2.4.6"}}) == []
