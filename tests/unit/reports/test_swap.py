"""What a report says of cells that can stand for each other."""

from __future__ import annotations

import json

import pytest
from unit.reports.stores import hostile
from unit.results.synthetic import ERROR, case, cell, trial

from runner.analysis.compare import compare
from runner.reports import json_report, markdown, table
from runner.reports.fold import Scales
from runner.reports.swap import swap_notes

OLD, NEW, NEWEST = (cell(release) for release in ("2.19.1", "2.20.0", "2.21.0"))
TITLE = "Safe to swap, as far as the probe tells"


def words(*texts: str, repeats: int = 2) -> str:
    """Reports on releases, of each of which a text has a letter per case: `~` varies, `!` fails."""
    special = {"~": ["x", "y"], "!": [ERROR]}
    records = [
        trial(
            cell(f"2.{minor}.0"),
            *(
                case(f"nn.{name}", *special.get(letter, [letter] * repeats), family="nn")
                for name, letter in zip("abcdefghij", text, strict=False)
            ),
        )
        for minor, text in enumerate(texts, 10)
    ]
    (context,) = compare(records, []).contexts
    notes = swap_notes(context, Scales.of([one.axes for one in context.cells]))
    assert [note.title for note in notes] in ([], [TITLE])
    return "\n".join(line for note in notes for line in note.lines)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(
            ["AB", "AB", "AC"],
            "tensorflow 2.10.0, 2.11.0: the same bits in every case (2)",
            id="alike in all cases",
        ),
        pytest.param(
            ["AB~", "AB~", "ACD"],
            "tensorflow 2.10.0, 2.11.0: the same bits in every case that does not vary (2); "
            "nn.c varies",
            id="one case varies",
        ),
        pytest.param(
            ["A~~", "A~B"],
            "all cells: the same bits in every case that does not vary (1); nn.b, nn.c vary",
            id="several vary",
        ),
        pytest.param(
            ["A~!", "A~!"],
            "all cells: the same bits in every case that runs and does not vary (1); nn.b varies",
            id="one case fails alike",
        ),
        pytest.param(
            ["A!", "A!"], "all cells: the same bits in every case that runs (1)", id="fails"
        ),
        pytest.param(
            ["A~~~~~~~~", "A~~~~~~~~"],
            "all cells: the same bits in every case that does not vary (1); "
            "nn.b, nn.c, nn.d, nn.e, nn.f, nn.g and 2 more vary",
            id="many vary",
        ),
        pytest.param(
            ["ABC", "ABD", "XYZ"],
            "no two cells are alike in all cases; py3.11-tf2.10.0.cpu.det and "
            "py3.11-tf2.11.0.cpu.det come closest, with other bits in 1 case (nn.c)",
            id="the closest",
        ),
        pytest.param(["AB"], "", id="one cell"),
        pytest.param(["~", "~"], "", id="nothing that can be compared"),
    ],
)
def test_what_is_said(texts: list[str], expected: str) -> None:
    assert words(*texts) == expected


def test_what_was_seen_once_proves_nothing() -> None:
    assert words("AB", "AB", repeats=1) == (
        "all cells: the same bits in every case (2); "
        "some of them were seen once, which proves nothing"
    )


def test_no_more_than_six_sets_are_written_out() -> None:
    lines = words(*"AABBCCDDEEFFGGHH").splitlines()
    assert len(lines) == 7
    assert lines[-1] == "and 2 more sets; JSON has all"


def test_it_comes_first_among_the_notes() -> None:
    records = [trial(of, case("a", "x", "x"), case("b", "x", "y")) for of in (OLD, NEW)]
    comparison = compare(records, [])
    said = "all cells: the same bits in every case that does not vary (1); b varies"
    assert f"\n\n{TITLE}:\n- {said}\n\nVaries from" in table.render(comparison)
    assert f"\n\n**{TITLE}**\n\n- {said}\n\n**Varies from" in markdown.render(comparison)


def test_the_json_has_the_sets_or_the_nearest() -> None:
    records = [
        trial(of, case("a", word, word), case("b", "x", "y"))
        for of, word in ((OLD, "same"), (NEW, "same"), (NEWEST, "other"))
    ]
    (context,) = json.loads(json_report.render(compare(records, [])))["contexts"]
    assert context["safe_to_swap"] == [
        {"cells": [OLD.id, NEW.id], "cases": 1, "varying": ["b"], "proven": True}
    ]
    assert context["nearest_to_swap"] is None
    (context,) = json.loads(json_report.render(compare(records[1:], [])))["contexts"]
    assert context["safe_to_swap"] == []
    assert context["nearest_to_swap"] == {"cells": [NEW.id, NEWEST.id], "apart": ["a"]}


def test_nothing_in_a_record_is_alive() -> None:
    text = table.render(hostile())
    assert not {letter for letter in text if ord(letter) < 32} - {"\n"}
