"""What a bisection found, in words, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from unit.reports.stores import HOSTILE

from runner.analysis.apart import OutputDistance
from runner.analysis.attempts import Attempt
from runner.analysis.bisect import Bisection
from runner.analysis.comparison import CaseResult, Evidence, Verdict
from runner.analysis.distance import measure
from runner.reports.bisect import answer, likeness, notes
from runner.reports.bisect_formats import as_json, text
from runner.reports.distance_json import reported
from runner.results.loaded import LoadedArray
from runner.results.records import Status

RELEASES = tuple(f"2.{number}.0" for number in range(12, 20))
MARKS = {
    "!": Attempt(state=Status.BUILD_FAILED, reason="no compiler"),
    "#": Attempt(state=Status.REFUSED, reason="can't be installed: no such keras."),
    "-": Attempt(state=Verdict.UNSUPPORTED, reason="TensorFlow has no such thing"),
}


EPSILON = np.finfo(np.float32).eps


def ones(count: int = 0, other: float = 1.0) -> LoadedArray:
    """4,096 ones, of which the first `count` are another number."""
    values = np.ones(4096, np.float32)
    values[:count] = other
    return LoadedArray("float32", values)


def attempt(letter: str, *, keras: str = "3.15.1", seen: int = 4) -> Attempt:
    if letter in MARKS:
        return MARKS[letter]
    varies = letter == "?"
    result = CaseResult(
        case="nn.conv2d",
        family="nn",
        verdict=Verdict.VARIES if varies else Verdict.IDENTICAL,
        evidence=Evidence(processes=(seen + 1) // 2, seen=seen, distinct=3 if varies else 1),
        bits="" if varies else letter,
        group="" if varies else letter,
    )
    return Attempt(state=result.verdict, result=result, keras=keras, numpy="1.26.4")


def bisection(history: str, *, every: bool = False, aside: tuple[str, ...] = ()) -> Bisection:
    """A search with a letter for each release; a blank was not tried."""
    named = zip(RELEASES, history, strict=False)
    return Bisection(
        case="nn.conv2d",
        axis="tensorflow",
        axes={"python": "3.11", "device": "cpu"},
        releases=RELEASES[: len(history)],
        aside=tuple((release, "pre-release") for release in aside),
        cells={release: f"py3.11-tf{release}.cpu.det" for release in RELEASES},
        tried={release: attempt(letter) for release, letter in named if letter != " "},
        every=every,
    )


@pytest.mark.parametrize(
    ("history", "said"),
    [
        pytest.param(
            "A  AB  B",
            "nn.conv2d changed between TensorFlow 2.15.0 and 2.16.0 (4 repeats in 2 processes at "
            "each: at 95 %, fewer than 75 % of repeats differ).",
            id="between two neighbours",
        ),
        pytest.param(
            "AA!?BB",
            "nn.conv2d changed between TensorFlow 2.13.0 and 2.16.0 (4 repeats in 2 processes at "
            "each: at 95 %, fewer than 75 % of repeats differ); in between: 2.14.0 could not be "
            "built (no compiler); 2.15.0 varies from run to run.",
            id="a range",
        ),
        pytest.param(
            "A      A",
            "nn.conv2d has the same bits at TensorFlow 2.12.0 and 2.19.0, so no change shows. 6 "
            "releases in between untried: one that was undone again is found with --all.",
            id="ends that agree",
        ),
        pytest.param(
            "AA-A",
            "nn.conv2d has the same bits at TensorFlow 2.12.0 and 2.15.0, and no release in "
            "between is known to differ.",
            id="all agree",
        ),
        pytest.param(
            "?      A",
            "No answer: 2.12.0 varies from run to run, and an end needs bits of its own; choose "
            "another --from, or try every release with --all.",
            id="an end that varies",
        ),
        pytest.param(
            "A      #",
            "No answer: 2.19.0 can't work (can't be installed: no such keras), and an end needs "
            "bits of its own; choose another --to, or try every release with --all.",
            id="an end that can't be installed",
        ),
        pytest.param(
            "A      B",
            "Not finished: 6 releases of 8 untried; it changed between TensorFlow 2.12.0 and "
            "2.19.0 (6 releases in between untried). What was tried is kept, and the same command "
            "goes on.",
            id="broken off",
        ),
        pytest.param(
            "        ",
            "Not finished: 8 releases of 8 untried. What was tried is kept, and the same command "
            "goes on.",
            id="not begun",
        ),
    ],
)
def test_the_answer_in_one_sentence(history: str, said: str) -> None:
    assert answer(bisection(history)) == said


@pytest.mark.parametrize(
    ("history", "said"),
    [
        pytest.param(
            "AABBAA!C",
            "nn.conv2d changed 3 times from TensorFlow 2.12.0 to 2.19.0: between TensorFlow 2.13.0 "
            "and 2.14.0; between TensorFlow 2.15.0 and 2.16.0, back to the bits of 2.12.0; between "
            "TensorFlow 2.17.0 and 2.19.0; in between: 2.18.0 could not be built (no compiler).",
            id="several",
        ),
        pytest.param(
            "AB",
            "nn.conv2d changed once from TensorFlow 2.12.0 to 2.13.0: between TensorFlow 2.12.0 "
            "and 2.13.0.",
            id="one",
        ),
        pytest.param(
            "AA?A",
            "nn.conv2d did not change from TensorFlow 2.12.0 to 2.15.0: 3 of 4 releases have bits, "
            "and all have the same.",
            id="none",
        ),
        pytest.param(
            "?-!",
            "No answer: nn.conv2d has bits of its own at no release from TensorFlow 2.12.0 to "
            "2.14.0.",
            id="nothing known",
        ),
    ],
)
def test_the_answer_where_every_change_was_asked_for(history: str, said: str) -> None:
    assert answer(bisection(history, every=True)) == said


def with_tried(found: Bisection, **tried: Attempt) -> Bisection:
    return replace(found, tried={**found.tried, **tried})


def test_what_a_change_rests_on_and_what_moved_with_it() -> None:
    found = bisection("AB C", aside=("2.12.0rc1", "2.13.0rc0", "2.13.0rc1"))
    found = with_tried(found, **{"2.12.0": attempt("A", keras="2.15.0", seen=12)})
    far = measure(ones(), ones(512, float(1 + 3 * EPSILON)))
    difference = OutputDistance(output="out", distance=far)
    assert answer(found) == (
        "nn.conv2d changed between TensorFlow 2.12.0 and 2.13.0 (12 repeats in 6 processes at the "
        "one and 4 repeats in 2 processes at the other: at 95 %, fewer than 75 % of repeats "
        "differ)."
    )
    distance, moved, aside, further = notes(found, {found.changes[0]: difference})
    assert distance == (
        "2.12.0 → 2.13.0 differs by: out, 512 of 4,096 elements, greatest absolute difference "
        "3.6e-07, 3 ULP."
    )
    assert moved == (
        "2.12.0 → 2.13.0 also moved Keras (2.15.0 → 3.15.1), which can't be ruled out: `--axis "
        "keras --with tensorflow=2.13.0` tells that apart where both versions can be installed."
    )
    assert aside == "2.12.0 → 2.13.0, left aside in between: 2.13.0rc0 and 2.13.0rc1 (pre-release)."
    assert further == "It changed again between 2.13.0 and 2.15.0; --all finds every change."


def test_packages_that_moved_together_are_told_together() -> None:
    before = replace(attempt("A", keras="2.15.0"), numpy="1.24.3")
    (moved,) = notes(with_tried(bisection("AB"), **{"2.12.0": before}), {})
    assert moved.startswith(
        "2.12.0 → 2.13.0 also moved Keras (2.15.0 → 3.15.1) and NumPy (1.24.3 → 1.26.4), "
    )


def test_the_axis_itself_is_no_package_that_moved_beside_it() -> None:
    before = attempt("A", keras="3.14.1")
    found = replace(with_tried(bisection("AB"), **{"2.12.0": before}), axis="keras")
    assert list(notes(found, {})) == []


def test_a_change_beside_what_varies_is_told_as_perhaps_chance() -> None:
    assert "2.12.0 → 2.14.0 is perhaps chance: a release between or beside the two varies." in (
        notes(bisection("A?B"), {})
    )


def test_what_was_seen_once_proves_nothing() -> None:
    once = {"2.12.0": attempt("A", seen=1), "2.13.0": attempt("B", seen=1)}
    assert list(notes(with_tried(bisection("AB", every=True), **once), {})) == [
        "2.12.0 → 2.13.0 rests on 1 repeat in 1 process at each; what was seen once proves nothing."
    ]


def test_a_difference_that_can_not_be_measured_is_named() -> None:
    found = bisection("AB")
    far = OutputDistance(output="out", distance=None, reason="not stored")
    (told,) = notes(found, {found.changes[0]: far})
    assert told == "2.12.0 → 2.13.0 differs by: out, which can't be compared: not stored."


def test_the_table_has_every_release_that_was_tried() -> None:
    assert text(bisection("A!?-  BB"), {}) == (
        """\
nn.conv2d along tensorflow
==========================
All cells: python 3.11, device cpu.

tensorflow    bits    result
------------  ------  ---------------------------------------------------
2.12.0        A       4 repeats in 2 processes
2.13.0        -       could not be built: no compiler
2.14.0        -       varies from run to run: 3 results in 4 repeats in 2
                      processes
2.15.0        -       is not supported: TensorFlow has no such thing
2.18.0        B       4 repeats in 2 processes
2.19.0        B       4 repeats in 2 processes

Not finished: 2 releases of 8 untried; it changed between TensorFlow 2.12.0 and 2.18.0 (2 releases
in between untried). What was tried is kept, and the same command goes on.

2.12.0 → 2.18.0 rests on 4 repeats in 2 processes at each: at 95 %, fewer than 75 % of repeats
differ.

2.12.0 → 2.18.0 is perhaps chance: a release between or beside the two varies.
"""
    )


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("AA", "has the bits of 2.12.0"),
        ("BA", "has bits that no other has so far"),
        (" !", "could not be built: no compiler"),
        (" #", "can't work: can't be installed: no such keras."),
    ],
)
def test_what_a_release_is_like(history: str, said: str) -> None:
    assert likeness(bisection(history), "2.13.0") == said


def test_json_says_all_of_it() -> None:
    found = bisection("A!B?", aside=("2.12.0rc1",))
    document = json.loads(as_json(found, {}))
    assert document["schema_version"] == 1
    assert document["answer"] == answer(found)
    assert document["releases"][0] == {
        "release": "2.12.0",
        "cell": "py3.11-tf2.12.0.cpu.det",
        "state": "identical",
        "bits": "A",
        "reason": "",
        "evidence": {"processes": 2, "seen": 4, "distinct": 1},
        "keras": "3.15.1",
        "numpy": "1.26.4",
    }
    assert [one["state"] for one in document["releases"]] == [
        *("identical", "build-failed", "identical", "varies"),
    ]
    assert document["aside"] == [{"release": "2.12.0rc1", "reason": "pre-release"}]
    assert document["changes"] == [
        {
            "before": "2.12.0",
            "after": "2.14.0",
            "without": ["2.13.0"],
            "untried": [],
            "back_to": None,
            "doubtful": True,
            "moved": {},
            "difference": None,
        }
    ]


def test_json_says_by_how_much_as_that_of_a_report_does() -> None:
    found = bisection("AB")
    far = OutputDistance(output="out", distance=measure(ones(), ones(2, np.inf)))
    (change,) = json.loads(as_json(found, {found.changes[0]: far}))["changes"]
    assert change["difference"] == reported(far).model_dump(mode="json")
    assert change["difference"]["distance"]["mismatched"] == 2
    assert change["difference"]["distance"]["absolute"]["value"] == "inf"


def test_nothing_in_it_steers_a_terminal() -> None:
    found = bisection("A B")
    hostile = Attempt(state=Status.BUILD_FAILED, reason=HOSTILE, keras=HOSTILE)
    found = Bisection(
        case=HOSTILE,
        axis="tensorflow",
        axes={"python": HOSTILE},
        releases=found.releases,
        aside=(("2.12.1", HOSTILE),),
        cells=found.cells,
        tried={**found.tried, "2.13.0": hostile},
        every=True,
    )
    for written in (text(found, {}), as_json(found, {})):
        assert not {"\x1b", "\u202e"} & set(written)
