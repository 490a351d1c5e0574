"""What differs from a baseline, in a few lines."""

from __future__ import annotations

import pytest
from unit.reports.gates import GONE, MOVED, STEADY, crowded, idle, planted
from unit.reports.stores import HOSTILE
from unit.results.synthetic import key, trials

from runner.analysis.against import hold
from runner.analysis.baseline import take
from runner.analysis.compare import compare
from runner.analysis.gate import Gate
from runner.analysis.standing import Kind
from runner.reports import markdown, table
from runner.reports.against import SHOWN, against_note, counted

SCREEN = 24


def test_what_fails_comes_first_and_says_why() -> None:
    comparison, gate = planted()
    note = against_note(gate, comparison)
    assert note.title == "Against the baseline baseline.json"
    assert note.lines == (
        "5 of 6 compared results as there; it fails the gate: 1 changed and 3 missing.",
        "changed: nn.conv2d: other bits, agrees with other cells than before; tensorflow 2.20.0",
        (
            "missing: all 2 of nn, random.normal: no result any more; tensorflow 2.21.0 "
            "(timed-out: 600 s)"
        ),
    )
    assert counted(gate) == "1 changed and 3 missing"


def test_what_does_not_fail_is_told_as_well() -> None:
    comparison, gate = planted((Kind.VARIES,))
    first, *rest = against_note(gate, comparison).lines
    assert first == "5 of 6 compared results as there; nothing that fails the gate (varies)."
    assert [line.partition(":")[0] for line in rest] == ["changed", "missing"]


def test_a_gate_on_nothing_says_so() -> None:
    comparison, gate = planted(())
    assert against_note(gate, comparison).lines[0].endswith("; nothing is asked to fail.")


def test_nothing_that_could_be_compared_is_said_first() -> None:
    comparison, gate = idle()
    assert against_note(gate, comparison).lines == (
        "Nothing here could be compared with it.",
        "Not compared: 1 cell of docker, cpu avx512_bf16: it is of another seed (43; here 42)",
    )


def test_the_worst_fits_on_one_screen() -> None:
    comparison, gate = crowded()
    assert len(gate.failing) > 500
    text = table.render(comparison, gate)
    told = text[text.index("Against the baseline") :].splitlines()
    assert len(told) <= SCREEN
    assert told[-1].endswith("more differences; --format json or csv has all")
    shown = [line for line in told if line.startswith("- ")]
    assert len(shown) == 1 + SHOWN + 1


def test_a_cell_that_is_not_here_at_all_is_named_by_its_id() -> None:
    was = take(compare([*trials(STEADY, {"a": "xx"}), *trials(GONE, {"a": "xx"})], []))
    comparison = compare(trials(STEADY, {"a": "xx"}), [])
    gate = Gate(name="b", against=hold(comparison, was))
    assert against_note(gate, comparison).lines[1] == (
        f"missing: a: no result any more; {GONE.id} (no result of this cell here)"
    )


@pytest.mark.parametrize("render", [table.render, markdown.render])
def test_a_hostile_baseline_is_inert(render: type[str]) -> None:
    of = MOVED
    bad = key(of, host_class=HOSTILE)
    was = take(compare(trials(of, {"a": "xx"}, trial_key=bad), []), matrix=HOSTILE)
    comparison = compare(trials(STEADY, {"a": "xx"}), [])
    gate = Gate(name=HOSTILE, against=hold(comparison, was))
    text = str(render(comparison, gate))  # type: ignore[call-overload]  # both take these two
    assert not {letter for letter in text if ord(letter) < 32} - {"\n"}
    assert "\u202e" not in text
