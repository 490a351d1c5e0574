"""What changed the bits of a case, in sentences; and that no text of a record steers a reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.analysis.planted import context, line
from unit.reports.stores import HOSTILE, hostile, small
from unit.results.synthetic import case, cell, trial

from runner.analysis.attribute import attribute
from runner.analysis.compare import compare
from runner.reports import explain_formats
from runner.reports.explain import make_chapter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unit.analysis.planted import Seen

    from runner.analysis.comparison import Context
    from runner.reports.explain import Chapter

RELEASES = ("2.15.1", "2.16.2", "2.17.1")
OFF, ON = {"determinism": "off"}, {"determinism": "on"}


def chapter(whole: Context) -> Chapter:
    cases = [case for cases in whole.families.values() for case in cases]
    return make_chapter(whole, [attribute(whole, case) for case in cases])


def lines(cells: Iterable[Seen]) -> list[str]:
    """All sentences after the first, which says in how many cells there are bits."""
    (story,) = chapter(context(cells)).stories
    return list(story.lines[1:])


def table(off: str, on: str) -> list[Seen]:
    return [*line("tensorflow", RELEASES, off, **OFF), *line("tensorflow", RELEASES, on, **ON)]


def test_how_a_case_stands() -> None:
    (story,) = chapter(context(table("A~B", "AAB"))).stories
    assert story.cases == ("a",)
    assert story.lines[:2] == (
        (
            "Bits in 5 of 6 cells: 2 groups; each rests on at least 6 repeats in 3 processes "
            "without a difference (at 95 %, fewer than 50 % of repeats differ)."
        ),
        "Varies in 1 cell: tensorflow 2.16.2, determinism off.",
    )


def test_a_case_without_bits_to_compare() -> None:
    (story,) = chapter(context(line("tensorflow", RELEASES, "~~~"))).stories
    assert story.lines == ("No bits to compare in any of 3 cells.", "Varies in 3 cells: all cells.")


def test_what_was_seen_once_bounds_nothing() -> None:
    seen_once = [trial(cell(version), case("a", "bits")) for version in RELEASES]
    (story,) = chapter(compare(seen_once, []).contexts[0]).stories
    assert story.lines[0] == (
        "Bits in 3 of 3 cells: the same bits in all; each rests on at least 1 repeat in 1 process "
        "without a difference (too few to bound how many differ)."
    )


def test_what_does_not_matter_says_where_that_was_seen() -> None:
    cells = [
        *line("tensorflow", RELEASES, "AAA", **OFF),
        *line("tensorflow", ["2.17.1"], "B", **ON),
    ]
    assert lines(cells)[-1] == (
        "tensorflow (2 pairs, with determinism off alone) does not matter: the same bits on both "
        "sides."
    )


def test_nothing_matters() -> None:
    assert lines(table("AAA", "AAA")) == [
        "tensorflow (4 pairs) and determinism (3 pairs) do not matter: the same bits on both sides."
    ]


def test_a_main_effect() -> None:
    assert lines(table("ABB", "ABB")) == [
        (
            "Changes between tensorflow 2.15.1 and 2.16.2, whatever determinism is, in each of 2 "
            "pairs of cells, such as tensorflow2.15.1.determinismoff (A) and "
            "tensorflow2.16.2.determinismoff (B)."
        ),
        "determinism (3 pairs) does not matter: the same bits on both sides.",
        "At other steps of tensorflow (2 pairs) the bits stay.",
    ]


def test_an_interaction() -> None:
    first, second, *rest = lines(table("ABB", "AAA"))
    assert first == (
        "Changes between tensorflow 2.15.1 and 2.16.2, but only where determinism is off and not "
        "on (in 1 pair of cells; in 1 pair they stay), such as tensorflow2.15.1.determinismoff (A) "
        "and tensorflow2.16.2.determinismoff (B)."
    )
    assert second.startswith(
        "Changes between determinism off and on, but only where tensorflow is 2.16.2, 2.17.1 and "
        "not 2.15.1 (in 2 pairs of cells; in 1 pair they stay), such as "
    )
    assert rest == ["At other steps of tensorflow (2 pairs) the bits stay."]


def moved(**factors: tuple[str, str]) -> list[str]:
    """The lines on what moved between two releases, and on what to add."""
    axes = {"python": "3.11", "device": "cpu", "threads": "2", **ON}
    cells = [
        (axes | {"tensorflow": release}, {name: pair[side] for name, pair in factors.items()}, side)
        for side, release in enumerate(("2.19.1", "2.20.0"))
    ]
    return lines(cells)[1:]


def test_what_can_not_be_ruled_out_and_the_cell_that_would_tell() -> None:
    assert moved(numpy=("2.1.3", "2.4.6")) == [
        "numpy (2.1.3 → 2.4.6) moved at the same step and can't be ruled out.",
        (
            "To tell them apart, add this cell: python 3.11, tensorflow 2.20.0, numpy 2.1.3, "
            "device cpu, determinism on."
        ),
    ]


def test_what_no_cell_can_tell() -> None:
    assert moved(driver=("570", "580"))[1:] == [
        "No cell can tell them apart: driver is no axis of a matrix, so no cell can hold it."
    ]
    assert moved(numpy=("2.1.3", "2.4.6"), driver=("570", "580"))[2:] == [
        "Even then: driver is no axis of a matrix, so no cell can hold it."
    ]


def test_two_axes_that_never_moved_apart_are_told_once() -> None:
    cells: list[Seen] = [
        ({"threads": one, "xla": other}, {}, one) for one, other in (("1", "off"), ("2", "on"))
    ]
    told = lines(cells)
    assert told[:2] == [
        (
            "Changes between threads 1 and 2, in the only pair of cells, such as threads1.xlaoff "
            "(A) and threads2.xlaon (B)."
        ),
        "xla (off → on) moved at the same step and can't be ruled out.",
    ]
    assert len(told) == 3  # and one cell to add


def test_what_is_suspected_at_one_step_is_not_said_not_to_matter() -> None:
    old, new, newest = ({"keras": version} for version in ("3.0.5", "3.4.1", "3.6.0"))
    told = lines(
        [
            ({"tensorflow": "2.16.2"}, old, "A"),
            ({"tensorflow": "2.17.1"}, new, "B"),
            ({"tensorflow": "2.17.1", "keras": "3.6.0"}, newest, "B"),
        ]
    )
    assert "keras (3.0.5 → 3.4.1) moved at the same step and can't be ruled out." in told
    assert told[-1] == "At other steps of keras (1 pair) the bits stay."


def test_what_lies_between_and_what_varies_nearby() -> None:
    cells = line("tensorflow", ("2.13.1", "2.15.1", "2.17.1"), "A~B")
    assert lines(cells)[1] == (
        "Changes between tensorflow 2.13.1 and 2.17.1 (2.14, 2.16 not tried; 2.15.1 without one "
        "result), in the only pair of cells (perhaps by chance, as it varies nearby), such as "
        "tensorflow2.13.1 (A) and tensorflow2.17.1 (B)."
    )


def test_where_it_varies_on_one_side() -> None:
    assert lines(table("~~A", "AAA"))[1:] == [
        (
            "Along tensorflow it varies with 2.16.2 and not with 2.17.1 (1 pair); where it does on "
            "neither side, the bits stay (2 pairs)."
        ),
        (
            "Along determinism it varies with off and not with on (2 pairs); where it does on "
            "neither side, the bits stay (1 pair)."
        ),
        "4 pairs of cells say nothing, for want of one result on a side.",
    ]


def test_what_nothing_tells_of() -> None:
    cells = [
        *line("tensorflow", RELEASES, "AAA", **OFF),
        *line("tensorflow", RELEASES, "~~~", **ON),
    ]
    assert "Along determinism it varies with on and not with off (3 pairs)." in lines(cells)
    cells = [({"threads": "1"}, {}, None), ({"threads": "2"}, {}, "A")]
    assert lines(cells)[1:] == [
        "Along threads it varies with 1 and not with 2 (1 pair).",
        "1 pair of cells says nothing, for want of one result on a side.",
    ]


def test_cases_of_which_the_same_is_to_be_said_are_told_together() -> None:
    found = chapter(small().contexts[0])
    assert [story.cases for story in found.stories] == [
        ("random.normal",),
        ("random.stateless",),
        ("nn.conv2d",),
        ("nn.conv2d.grad",),
    ]
    assert found.caption == (
        (
            "The same in all cells, so that nothing can be said of it: python 3.11, device cpu, "
            "threads 2, onednn default, tf32 default, xla default and env none."
        ),
    )


def test_text() -> None:
    text = explain_formats.text([chapter(context(line("tensorflow", RELEASES, "AAA")))], width=60)
    assert text == (
        "venv, not Docker, cpu avx2\n"
        "==========================\n"
        "\n"
        "a\n"
        "- Bits in 3 of 3 cells: the same bits in all; each rests on\n"
        "  at least 6 repeats in 3 processes without a difference (at\n"
        "  95 %, fewer than 50 % of repeats differ).\n"
        "- tensorflow (2 pairs) does not matter: the same bits on\n"
        "  both sides.\n"
    )


def test_markdown() -> None:
    text = explain_formats.markdown([chapter(context(line("tensorflow", RELEASES, "~~~")))])
    assert text == (
        "### venv, not Docker, cpu avx2\n"
        "\n"
        "**a**\n"
        "\n"
        "- No bits to compare in any of 3 cells.\n"
        "- Varies in 3 cells: all cells.\n"
    )


def test_json() -> None:
    whole = context(table("ABB", "AAA"))
    document = json.loads(explain_formats.as_json([(whole, [attribute(whole, "a")])]))
    assert document["schema_version"] == 1
    (found,) = document["contexts"][0]["cases"]
    assert (found["case"], found["cells_known"], found["groups"]) == ("a", 6, 2)
    effect = found["effects"][0]
    assert (effect["name"], effect["kind"], effect["before"], effect["after"]) == (
        "tensorflow",
        "interaction",
        "2.15.1",
        "2.16.2",
    )
    assert effect["only"] == [{"axis": "determinism", "values": ["off"], "others": ["on"]}]
    assert effect["different"] == [
        {
            "axis": "tensorflow",
            "cells": ["tensorflow2.15.1.determinismoff", "tensorflow2.16.2.determinismoff"],
            "groups": ["A", "B"],
            "values": ["2.15.1", "2.16.2"],
            "beside": [],
            "unknown": [],
            "untried": [],
        }
    ]
    assert (effect["add"], effect["because"]) == ([], [])


def hostile_contexts() -> list[Context]:
    """Every text of a record, and axes and factors that differ and move bits."""
    attack = [
        ({"tensorflow": release, HOSTILE: release}, {"keras": release + HOSTILE}, release)
        for release in ("2.15.1", "2.16.2", HOSTILE)
    ]
    return [*hostile().contexts, context(attack, case=HOSTILE)]


@pytest.mark.parametrize("whole", hostile_contexts())
def test_no_text_of_a_record_can_steer_a_terminal(whole: Context) -> None:
    cases = [case for cases in whole.families.values() for case in cases]
    found = [attribute(whole, case) for case in cases]
    told = make_chapter(whole, found)
    for text in (
        explain_formats.text([told]),
        explain_formats.markdown([told]),
        explain_formats.as_json([(whole, found)]),
    ):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<b" not in explain_formats.markdown([told]).replace("\\<b", "")
