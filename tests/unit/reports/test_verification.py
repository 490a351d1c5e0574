"""What is said of an interpreter: what it ran, what it is like, which group each case is in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from unit.reports.stores import HOSTILE
from unit.results.synthetic import HOST_CLASS, UNSUPPORTED, cell, key, run, status, trials

from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.likeness import likenesses, placements, results_of
from runner.reports.verification import Verified, as_json, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.results.records import EngineName

    Words = Mapping[str, Sequence[object]]

PYTHON = "/home/me/venv/bin/python"
OLD, NEW = cell("2.19.1"), cell("2.20.0")
STORED: Mapping[str, Words] = {
    OLD.id: {"a": "xx", "b": "xx", "c": [UNSUPPORTED], "d": "xx"},
    NEW.id: {"a": "yy", "b": "xx", "c": "xx", "d": "xy"},
}


def verified(
    mine: Words,
    *,
    engine: EngineName = "venv",
    host_class: str = HOST_CLASS,
    moved: tuple[Move, ...] = (),
) -> Verified:
    records = [
        one
        for of in (OLD, NEW)
        for one in trials(of, STORED[of.id], trial_key=key(of, engine=engine))
    ]
    said = run([status(OLD), status(NEW)], engine=engine)
    (context,) = compare(records, [said]).contexts
    here = results_of(trials(NEW, mine, count=2))
    return Verified(
        interpreter=PYTHON,
        axes=NEW.axes,
        variables=(),
        host_class=host_class,
        context=context,
        placements=placements(here, context),
        likenesses=likenesses(here, context.cells, NEW.axes),
        moved=moved,
    )


def test_it_is_like_a_cell_in_everything() -> None:
    assert text(verified({"a": "yy", "b": "xx", "c": "xx", "d": "xx"})) == (
        f"""\
{PYTHON}: Python 3.11, TensorFlow 2.20.0
Ran with device cpu, determinism on, threads 2, on {HOST_CLASS}; nothing of it is kept.
Compared with the results of: venv, not Docker, {HOST_CLASS}.

It behaves like {NEW.id}: 3 cases do the same.
Not to be told, as they vary or were seen once: d.
What is the same each time here rests on 4 repeats in 2 processes: at 95 %, fewer than 75 % of
repeats differ.
Setting, Python, TensorFlow, keras, NumPy, processor and driver are those of
{NEW.id}.
- then {OLD.id}: 2 cases do the same, 2 not

Groups, as `report --columns cases` names them:
- group A (3 cases): b, c, d
- group B (1 case): a
"""
    )


def test_it_is_like_no_cell_in_everything() -> None:
    moved = (Move("numpy", "1.26.4", "2.1.3"),)
    told = text(verified({"a": "zz", "b": "xx", "c": [UNSUPPORTED], "d": "xy"}, moved=moved))
    assert (
        f"""
It behaves like no cell in all cases. Nearest: {OLD.id}; 2 cases do the same, 1 not:
- new bits here, group A there: a
Not to be told, as they vary or were seen once: d.
"""
        in told
    )
    assert "\nBeside that, there → here: numpy 1.26.4 → 2.1.3.\n" in told
    assert f"\n- then {NEW.id}: 1 case does the same, 2 not\n" in told
    assert told.endswith(
        """
- group A (1 case): b
- varies (1 case): d
- new bits (1 case): a
- not supported (1 case): c
"""
    )


def test_cells_that_are_equally_like_it_are_all_named() -> None:
    told = text(verified({"b": "xx"}))
    assert f"It behaves like {NEW.id} and {OLD.id}: 1 case does the same.\n" in told
    assert "- then" not in told


def test_it_is_like_no_cell_at_all() -> None:
    found = verified({"a": "zz", "new": "xx"})
    assert "It behaves like no cell: no case has the bits of any.\n" in text(found)
    document = json.loads(as_json(found))
    assert (document["behaves_like"], document["nearest"]) == ([], [])


def test_another_host_class_is_a_warning() -> None:
    told = text(verified({"b": "xx"}, host_class="cpu avx2"))
    assert (
        "Warning: those are of another host class than cpu avx2, so other bits are to be "
        "expected, whatever is installed."
    ) in " ".join(told.split())
    assert "Warning" not in text(verified({"b": "xx"}))


def test_containers_are_a_warning() -> None:
    told = text(verified({"b": "xx"}, engine="docker"))
    assert "Warning: those ran in containers, this on the host itself.\n" in told


def test_what_is_set_in_the_shell_is_told() -> None:
    found = replace(verified({"b": "xx"}), variables=(("TF_ENABLE_ONEDNN_OPTS", "0"),))
    assert "\nSet here, and read by TensorFlow: TF_ENABLE_ONEDNN_OPTS=0.\n" in text(found)


def test_a_setting_that_is_seldom_changed_is_told_where_it_is() -> None:
    axes = {**NEW.axes, "onednn": "off"}
    assert "threads 2, onednn off, on" in text(replace(verified({"b": "xx"}), axes=axes))


def test_hostile_text_is_inert() -> None:
    found = replace(
        verified({"b": "xx"}),
        interpreter=HOSTILE,
        variables=(("XLA_FLAGS", HOSTILE),),
        moved=(Move("numpy", HOSTILE, "1"),),
    )
    for said in (text(found), as_json(found)):
        assert "\x1b" not in said
        assert "\u202e" not in said


def test_everything_for_programs() -> None:
    moved = (Move("numpy", "1.26.4", "2.1.3"),)
    found = verified({"a": "yy", "b": "xx", "c": "xx", "d": "xx", "e": "xy"}, moved=moved)
    document = json.loads(as_json(found))
    cases, cells = document.pop("cases"), document.pop("cells")
    assert document == {
        "schema_version": 1,
        "interpreter": PYTHON,
        "axes": NEW.axes,
        "variables": {},
        "host_class": HOST_CLASS,
        "compared_with": {
            "engine": "venv",
            "host_class": HOST_CLASS,
            "same_host_class": True,
        },
        "behaves_like": [NEW.id],
        "nearest": [NEW.id],
        "differs_from_nearest": [{"axis": "numpy", "before": "1.26.4", "after": "2.1.3"}],
    }
    assert cases[0] == {
        "case": "a",
        "family": "a",
        "verdict": "identical",
        "level": None,
        "group": "B",
        "new_bits": False,
        "cells": [NEW.id],
        "processes": 2,
        "repeats_seen": 4,
        "rate_below": 0.75,
        "process_rate_below": 1.0,
        "reason": "",
    }
    assert (cases[4]["verdict"], cases[4]["group"], cases[4]["rate_below"]) == (
        "varies",
        None,
        None,
    )
    assert cells == [
        {
            "cell": NEW.id,
            "entire": True,
            "same": ["a", "b", "c"],
            "other": [],
            "undecided": ["d"],
        },
        {
            "cell": OLD.id,
            "entire": False,
            "same": ["b", "d"],
            "other": ["a", "c"],
            "undecided": [],
        },
    ]
