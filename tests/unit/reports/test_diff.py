"""What changes from one cell to another: text, Markdown and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from unit.reports.stores import HOSTILE
from unit.results.synthetic import ERROR, UNSUPPORTED, case, cell, digest, run, status, trial

from runner.analysis.apart import OutputDistance
from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.diff import diff
from runner.analysis.distance import measure
from runner.analysis.pairing import find_pairs
from runner.reports import diff_formats
from runner.reports.diff import make_parts
from runner.results.loaded import NOT_STORED, LoadedArray
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.analysis.comparison import Comparison
    from runner.analysis.diff import Diff
    from runner.analysis.pairing import Pairing
    from runner.matrix.cells import Cell
    from runner.results.untrusted import Rejected

OLD, MIDDLE, NEW = cell("2.13.1"), cell("2.14.1"), cell("2.15.1")
OLD_OFF, NEW_OFF = cell("2.13.1", determinism="off"), cell("2.15.1", determinism="off")
OLD_1, NEW_1 = cell("2.13.1", python="3.8"), cell("2.15.1", python="3.12")
BITS = np.arange(1, 9, dtype="<f4")
ARRAYS = {
    "one": BITS,
    "near": BITS + np.float32(2**-20),
    "far": -BITS,
    "endless": np.where(BITS == 1, np.float32(inf), BITS),
    "draws": np.random.default_rng(1).standard_normal(4000).astype("<f4"),
    "others": np.random.default_rng(2).standard_normal(4000).astype("<f4"),
}
FIRST = {
    "random.a": ("draws",),
    "nn.b": ("one",),
    "nn.c": ("one",),
    "nn.d": ("one",),
    "nn.e": ("lost",),
    "nn.f": ("one", "near"),
    "nn.g": ("one",),
    "nn.h": (UNSUPPORTED,),
}
LAST = {
    "random.a": ("others",),
    "nn.b": ("one",),
    "nn.c": ("near",),
    "nn.d": ("far",),
    "nn.e": ("other",),
    "nn.f": ("one",),
    "nn.g": (ERROR,),
    "nn.h": ("one",),
}
BETWEEN = FIRST | {"random.a": ("others",)}
FAMILIES = {"random": "stream", "nn": "conv"}


def load(wanted: str) -> LoadedArray | Rejected:
    found = (LoadedArray("float32", one) for word, one in ARRAYS.items() if digest(word) == wanted)
    return next(found, NOT_STORED)


def compared(
    cells: Mapping[Cell, Mapping[str, tuple[str, ...]]], lost: Iterable[Cell] = ()
) -> Comparison:
    records = []
    for of, words in cells.items():
        outputs = [
            case(
                name,
                *(said if len(said) > 1 or said[0] in {UNSUPPORTED, ERROR} else said * 2),
                family=FAMILIES[name.partition(".")[0]],
                reason="no such kernel" if said[0] == ERROR else "",
            )
            for name, said in words.items()
        ]
        records += [trial(of, *outputs, at=at) for at in range(3)]
    said = [*map(status, cells), *(status(of, Status.TIMED_OUT) for of in lost)]
    return compare(records, [run(said)])


def found(comparison: Comparison, left: str, right: str) -> list[tuple[Pairing, list[Diff]]]:
    return [
        (pairing, [diff(pairing.context, pair, load) for pair in pairing.pairs])
        for pairing in find_pairs(comparison, left, right)
    ]


def text(comparison: Comparison, left: str = "tensorflow=2.13.1", right: str = NEW.id) -> str:
    all_of = found(comparison, left, right)
    return diff_formats.text(part for one in all_of for part in make_parts(*one))


def test_the_whole_text() -> None:
    said = text(compared({OLD: FIRST, MIDDLE: BETWEEN, NEW: LAST}))
    assert (
        said
        == """\
py3.11-tf2.13.1.cpu.det → py3.11-tf2.15.1.cpu.det
=================================================
Docker, cpu avx512_bf16; tensorflow 2.13.1 → 2.15.1.
8 cases: 1 with the same bits, 4 with other bits, 1 varying, 2 not comparable.
Same bits: 1 of 7 in conv.
Each rests on at least 6 repeats in 3 processes in either cell: at 95 %, fewer than 50 % of repeats
differ.

case      moved          mismatched      ULPs (median)    relative
--------  ----------  -------------  -----------------  ----------
random.a  stream      4,000 (100 %)  2.2e+09 (5.1e+07)     2.0e+00
nn.d      arithmetic      8 (100 %)  2.2e+09 (2.2e+09)     2.0e+00
nn.c      arithmetic      8 (100 %)              8 (2)     9.5e-07
nn.e      arithmetic

Of the outputs that differ: elements with other bits; the greatest distance in ULPs, and the median;
the greatest difference, divided by the larger of the two numbers.

What moved:
- random stream in 1 case (stream 1): the same seed gives altogether other numbers
- arithmetic in 3 cases (conv 3): fixed inputs, or the same draws, are computed with in another way

Responsible:
- tensorflow 2.13.1 → 2.15.1, the only axis in which the two differ

Nearest that changes nothing:
- no such cell is stored; fewest change at tensorflow 2.14.1 (py3.11-tf2.14.1.cpu.det; 2 cases can't
  be compared): 1 case (random.a)

Varies, so neither kept nor changed:
- tensorflow 2.13.1: nn.f

Can't be compared:
- nn.g: failed at tensorflow 2.15.1 (no such kernel)
- nn.h: not supported at tensorflow 2.13.1

Changed, but not measured:
- not stored: nn.e out
"""
    )


ONLY = {"nn.b": ("one",), "nn.c": ("one",)}


def test_where_nothing_changes_little_is_said() -> None:
    said = text(compared({OLD: ONLY, NEW: ONLY}))
    assert (
        said
        == """\
py3.11-tf2.13.1.cpu.det → py3.11-tf2.15.1.cpu.det
=================================================
Docker, cpu avx512_bf16; tensorflow 2.13.1 → 2.15.1.
2 cases: 2 with the same bits.
Same bits: all of conv.
Each rests on at least 6 repeats in 3 processes in either cell: at 95 %, fewer than 50 % of repeats
differ.
"""
    )


def test_each_setting_has_a_part_and_what_is_left_out_comes_last() -> None:
    said = text(
        compared({OLD: ONLY, NEW: ONLY, OLD_OFF: ONLY, NEW_OFF: ONLY, OLD_1: ONLY}, lost=[NEW_1]),
        "tensorflow=2.13.1",
        "tensorflow=2.15.1",
    )
    titles = [line for line in said.splitlines() if " → " in line and line.startswith("py")]
    assert titles == [f"{OLD.id} → {NEW.id}", f"{OLD_OFF.id} → {NEW_OFF.id}"]
    assert said.endswith(
        "Named, but not compared:\n"
        f"- {OLD_1.id}: no cell that is otherwise alike\n"
        f"- {NEW_1.id}: no result, timed-out\n"
    )
    assert said.count("Named, but") == 1


def test_the_nearest_cell_that_changes_nothing_is_named() -> None:
    changed = ONLY | {"nn.b": ("far",)}
    said = text(compared({OLD: ONLY, MIDDLE: ONLY, NEW: changed}))
    assert f"\nNearest that changes nothing:\n- tensorflow 2.14.1 ({MIDDLE.id})\n" in said


def test_where_none_lies_between_or_none_is_better_it_says_so() -> None:
    changed = ONLY | {"nn.b": ("far",)}
    none = text(compared({OLD: ONLY, NEW: changed}))
    assert "- no such cell is stored: none lies between the two\n" in none
    no_better = text(compared({OLD: ONLY, MIDDLE: changed, NEW: changed}))
    said = "no such cell is stored, and none between the two is known to change fewer"
    assert f"- {said}\n" in no_better


def test_of_several_axes_each_case_says_through_which_it_changes() -> None:
    new = {"nn.b": ("far",), "nn.c": ("near",)}
    half = {"nn.b": ("one",), "nn.c": ("near",)}
    said = text(compared({OLD_OFF: ONLY, OLD: half, NEW: new}), OLD_OFF.id, NEW.id)
    assert "- tensorflow 2.13.1 → 2.15.1: 1 case (nn.b)\n" in said
    assert "- determinism off → on: 1 case (nn.c)\n" in said


def test_what_moved_beside_the_axes_is_not_ruled_out() -> None:
    comparison = compared({OLD: ONLY, NEW: ONLY | {"nn.b": ("far",)}})
    ((pairing, (only,)),) = found(comparison, OLD.id, NEW.id)
    moved = (Move("keras", "2.15.0", "3.1.0"), Move("numpy", "1.26.4", "2.0.2"))
    said = diff_formats.text(make_parts(pairing, [replace(only, beside=moved)]))
    assert (
        "- tensorflow 2.13.1 → 2.15.1, the only axis in which the two differ\n"
        "- keras 2.15.0 → 3.1.0 and numpy 1.26.4 → 2.0.2 moved beside that: these two cells do not "
        "rule it\n  out\n"
    ) in said


def test_what_is_not_separable_says_so() -> None:
    said = text(compared({OLD_OFF: ONLY, NEW: ONLY | {"nn.b": ("far",)}}), OLD_OFF.id, NEW.id)
    assert (
        "- not separable, as no stored cells lead from one to the other axis by axis: 1 case (nn.b)"
    ) in said


def test_figures_that_are_infinite_and_what_was_seen_once() -> None:
    records = [
        trial(of, case("nn.b", word, family="conv"))
        for of, word in ((OLD, "one"), (NEW, "endless"))
    ]
    said = text(compare(records, []))
    assert "nn.b ?  arithmetic      1 (12 %)  1.1e+09 (1.1e+09)    infinite\n" in said


def test_the_markdown() -> None:
    (one,) = found(compared({OLD: ONLY, NEW: ONLY | {"nn.c": ("near",)}}), OLD.id, NEW.id)
    written = diff_formats.markdown(make_parts(*one))
    assert (
        written
        == """\
### py3.11-tf2.13.1.cpu.det → py3.11-tf2.15.1.cpu.det

Docker, cpu avx512\\_bf16; tensorflow 2.13.1 → 2.15.1.
2 cases: 1 with the same bits, 1 with other bits.
Same bits: 1 of 2 in conv.
Each rests on at least 6 repeats in 3 processes in either cell: at 95 %, fewer than 50 % of \
repeats differ.

| case | moved | mismatched | ULPs (median) | relative |
| --- | --- | ---: | ---: | ---: |
| nn.c | arithmetic | 8 (100 %) | 8 (2) | 9.5e-07 |

Of the outputs that differ: elements with other bits; the greatest distance in ULPs, and the \
median; the greatest difference, divided by the larger of the two numbers.

**What moved**

- arithmetic in 1 case (conv 1): fixed inputs, or the same draws, are computed with in another way

**Responsible**

- tensorflow 2.13.1 → 2.15.1, the only axis in which the two differ

**Nearest that changes nothing**

- no such cell is stored: none lies between the two
"""
    )


def test_the_json() -> None:
    comparison = compared({OLD: ONLY, MIDDLE: ONLY, NEW: ONLY | {"nn.c": ("endless",)}})
    document = json.loads(diff_formats.as_json(found(comparison, OLD.id, NEW.id)))
    assert document["schema_version"] == 1
    (context,) = document["contexts"]
    (only,) = context.pop("diffs")
    assert context == {"engine": "docker", "host_class": "cpu avx512_bf16", "not_compared": []}
    kept, changed = only.pop("cases")
    assert only == {
        "cells": [OLD.id, NEW.id],
        "axes": [OLD.axes, NEW.axes],
        "moved": [{"axis": "tensorflow", "before": "2.13.1", "after": "2.15.1"}],
        "beside": [],
        "repeats": 6,
        "processes": 3,
        "between": [{"cell": MIDDLE.id, "changed": [], "unknown": []}],
        "nearest": MIDDLE.id,
    }
    assert (kept["case"], kept["outcome"], kept["change"]) == ("nn.b", "keeps", None)
    assert changed == {
        "case": "nn.c",
        "family": "conv",
        "outcome": "changes",
        "verdicts": ["identical", "identical"],
        "reasons": ["", ""],
        "proven": True,
        "change": {
            "moved": "arithmetic",
            "axes": ["tensorflow"],
            "elements": 8,
            "mismatched": 1,
            "ulps": 2**30,
            "median": 2**30,
            "relative": "inf",
            "unmeasured": 0,
            "outputs": [{"output": "out", "reason": "", "distance": DISTANCE}],
        },
    }


ENDLESS = {"value": "inf", "index": [0], "left": 1.0, "right": "inf"}
DISTANCE = {
    "dtype": "float32",
    "elements": 8,
    "mismatched": 1,
    "nans": {"left": 0, "right": 0, "both": 0},
    "infinities": {"left": 0, "right": 1, "both": 0},
    "sign_changes": 0,
    "zeros": 0,
    "absolute": ENDLESS,
    "relative": ENDLESS,
    "ulps": {
        "greatest": 2**30,
        "median": 2**30,
        "histogram": [{"least": 2**29 + 1, "most": 2**30, "numbers": 1}],
    },
}


def test_a_complex_number_is_two_in_json() -> None:
    one, other = (LoadedArray("complex64", np.array([value], "<c8")) for value in (1 + 2j, 1 + 3j))
    output = OutputDistance(output="out", distance=measure(one, other))
    comparison = compared({OLD: ONLY, NEW: ONLY | {"nn.c": ("near",)}})
    ((pairing, (only,)),) = found(comparison, OLD.id, NEW.id)
    changed = only.cases[1]
    assert changed.change is not None
    cases = (replace(changed, change=replace(changed.change, outputs=(output,))),)
    document = json.loads(diff_formats.as_json([(pairing, [replace(only, cases=cases)])]))
    (told,) = document["contexts"][0]["diffs"][0]["cases"][0]["change"]["outputs"]
    assert told["distance"]["absolute"] == {
        "value": 1.0,
        "index": [0],
        "left": [1.0, 2.0],
        "right": [1.0, 3.0],
    }


def test_nothing_in_a_record_is_alive() -> None:
    comparison = compared({OLD: FIRST, MIDDLE: BETWEEN, NEW: LAST})
    (context,) = comparison.contexts
    cells = tuple(
        replace(
            one,
            axes=one.axes | {"tensorflow": f"{one.axes['tensorflow']} {HOSTILE}"},
            cases=tuple(replace(each, reason=HOSTILE) for each in one.cases),
        )
        for one in context.cells
    )
    hostile = replace(comparison, contexts=(replace(context, cells=cells, host_class=HOSTILE),))
    all_of = found(hostile, OLD.id, NEW.id)
    parts = [part for one in all_of for part in make_parts(*one)]
    for written in (diff_formats.text(parts), diff_formats.markdown(parts)):
        assert not {letter for letter in written if ord(letter) < 32} - {"\n"}
        assert "\u202e" not in written
    assert "<b" not in diff_formats.markdown(parts).replace("\\<b", "")
    assert diff_formats.as_json(all_of).isascii()
