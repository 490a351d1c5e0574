"""What a report says of the cost of determinism."""

from __future__ import annotations

from unit.analysis.test_cost import OFF, ON, context_of, timed
from unit.results.synthetic import cell

from runner.reports.cost import cost_notes
from runner.reports.notes import Note

FEW = "too few families to tell what determinism costs from what ran beside the trials"
TITLE = "Cost of determinism (time with it on / time with it off)"


def test_families_then_the_dearest_cases() -> None:
    off = {"nn.a": 1.0, "nn.b": 1.0, "nn.c": 1.0, "nn.d": 1.0, "init.e": 1.0, "rnn.f": 1e-5}
    on = {"nn.a": 2.0, "nn.b": 3.0, "nn.c": 4.0, "nn.d": 1.5, "init.e": 1.0, "rnn.f": 1e-5}
    context = context_of(
        timed(OFF, {name: ((9.0, time),) * 3 for name, time in off.items()}),
        timed(ON, {name: ((9.0, time),) * 3 for name, time in on.items()}),
    )
    assert cost_notes(context) == (
        Note(
            TITLE,
            (
                FEW,
                "nn: 2.50 (1.88 to 3.25), the middle half of 4 comparisons",
                "no cost seen: init",
                "dearest case: nn.c: 4.00 (4.00 to 4.00)",
                "dearest case: nn.b: 3.00 (3.00 to 3.00)",
                "dearest case: nn.a: 2.00 (2.00 to 2.00)",
                "1 comparison left out: they take less than 0.2 ms",
            ),
        ),
    )


def test_a_case_is_named_once_with_the_cell_where_it_is_dearest() -> None:
    records = []
    for release, ratio in (("2.19.1", 2.0), ("2.20.0", 5.0)):
        for word, time in (("off", 1.0), ("on", ratio)):
            of = cell(release, determinism="on" if word == "on" else "off")
            records.append(timed(of, {"nn.a": ((9.0, time),) * 3}))
    (note,) = cost_notes(context_of(*records))
    assert note.lines[2:] == ("dearest case: nn.a at tensorflow 2.20.0: 5.00 (5.00 to 5.00)",)


def test_nothing_is_said_of_processes_with_one_repeat() -> None:
    context = context_of(timed(OFF, {"a": ((1.0,),) * 3}), timed(ON, {"a": ((2.0,),) * 3}))
    assert cost_notes(context) == ()


def test_what_all_cases_share_is_told_and_left_out() -> None:
    ratios = {"nn.a": 0.5, "init.b": 0.5, "rnn.c": 0.5, "conv.d": 0.5, "xla.e": 4.0}
    context = context_of(
        timed(OFF, dict.fromkeys(ratios, ((9.0, 1.0),) * 3)),
        timed(ON, {name: ((9.0, ratio),) * 3 for name, ratio in ratios.items()}),
    )
    (note,) = cost_notes(context)
    assert note.lines == (
        (
            "all cases: 0.50 (0.50 to 0.50), the middle half of 5 comparisons; what most of them "
            "share comes from what ran beside them, not from determinism"
        ),
        "xla: 4.00 (4.00 to 4.00), 1 comparison",
        "no cost seen above that: nn, init, rnn, conv",
        "dearest case: xla.e: 4.00 (4.00 to 4.00)",
    )
