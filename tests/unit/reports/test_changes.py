"""The table of releases at which each case changed bits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from unit.reports.stores import HOSTILE
from unit.results.synthetic import UNSUPPORTED, case, cell, trial, trials

from runner.analysis.changes import find_walks
from runner.analysis.compare import compare
from runner.analysis.comparison import Comparison
from runner.analysis.selection import of_cases
from runner.reports import change_formats
from runner.reports.changes import Row, make_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.comparison import Context
    from runner.reports.changes import Part
    from runner.results.records import TrialRecord

RELEASES = ("2.15.1", "2.16.2", "2.17.1", "2.18.1")
TABLE = """\
Docker, cpu avx512_bf16
=======================
Along tensorflow, one letter for each of: 2.15.1, 2.16.2, 2.17.1, 2.18.1.
In a row, the same letter is the same bits; ~ varies, · is not supported, ! failed, … no result.
A change is told by the first that has the new bits, against the one before it.

case      cells            bits    changed at
--------  ---------------  ------  ---------------------------------------------------------------
nn.back   all cells        ABBA    2.16.2, 2.18.1 (back to the bits of 2.15.1)
nn.one    determinism off  AABB    2.17.1
nn.one    determinism on   AAAA    never
nn.vague  all cells        A~BB    between 2.15.1 and 2.17.1 (2.16.2 varies; perhaps by chance, as
                                   it varies nearby)
nn.vain   determinism off  A·BC    between 2.15.1 and 2.17.1 (2.16.2 is not supported), 2.18.1
nn.vain   determinism on   ·A··    not comparable

Cases that changed, by tensorflow: 2.16.2 (1), 2.17.1 (2), 2.18.1 (2).

Never changed (1 case): nn.same.

Varies somewhere, else never changed (1 case): nn.tame.

Nowhere comparable (1 case): nn.wild.
"""
MARKDOWN = """\
### Docker, cpu avx512\\_bf16

Along tensorflow, one letter for each of: 2.15.1, 2.16.2, 2.17.1, 2.18.1.
In a row, the same letter is the same bits; \\~ varies, · is not supported, ! failed, … no result.
A change is told by the first that has the new bits, against the one before it.

| case | cells | bits | changed at |
| --- | --- | --- | --- |
| nn.one | determinism off | AABB | 2.17.1 |
| nn.one | determinism on | AAAA | never |

Cases that changed, by tensorflow: 2.17.1 (1).
"""
CASES = {
    # case: the bits at each release, with determinism off and on
    "nn.same": ("aaaa", "aaaa"),
    "nn.back": ("abba", "cddc"),
    "nn.one": ("aabb", "aaaa"),
    "nn.vague": ("a~bb", "a~bb"),
    "nn.vain": ("a-bc", "-a--"),
    "nn.tame": ("a~~a", "aaaa"),
    "nn.wild": ("~~~~", "~~~~"),
}
WORDS = {"~": ("x", "y"), "-": (UNSUPPORTED,)}


def store() -> Context:
    """Four releases, determinism off and on."""
    records: list[TrialRecord] = []
    for place, release in enumerate(RELEASES):
        for column, of in enumerate(
            (cell(release, determinism="off"), cell(release, determinism="on"))
        ):
            bits = {name: both[column][place] for name, both in CASES.items()}
            records += trials(of, {name: WORDS.get(w, (w, w)) for name, w in bits.items()})
    return context_of(records)


def context_of(records: Iterable[TrialRecord]) -> Context:
    (context,) = compare(records, []).contexts
    return context


def parts(context: Context) -> tuple[Part, ...]:
    return make_parts(context, find_walks(context))


def of_case(name: str) -> Context:
    """The context of the store with this case alone."""
    (context,) = of_cases(Comparison(contexts=(store(),), damaged=()), name).contexts
    return context


def test_the_whole_table() -> None:
    assert change_formats.text(parts(store())) == TABLE


def test_the_table_is_at_most_100_columns_wide() -> None:
    assert max(map(len, change_formats.text(parts(store())).splitlines())) <= 100


def test_markdown() -> None:
    assert change_formats.markdown(parts(of_case("nn.one"))) == MARKDOWN


def test_walks_that_agree_are_one_row_and_then_need_no_name() -> None:
    text = change_formats.text(parts(of_case("nn.back")))
    assert "nn.back  ABBA    2.16.2, 2.18.1 (back to the bits of 2.15.1)" in text


def test_where_python_moves() -> None:
    older = [cell("2.11.1", python="3.8"), cell("2.12.1", python="3.8")]
    newer = [cell("2.12.1"), cell("2.13.1")]
    words = zip([*older, *newer], "abbc", strict=True)
    (part,) = parts(context_of(one for of, w in words for one in trials(of, {"a": (w, w)})))
    assert part.caption[0] == (
        "Along tensorflow, one letter for each of: 2.11.1, 2.12.1 with python 3.8; "
        "2.12.1, 2.13.1 with python 3.11."
    )
    assert part.rows == (Row("a", "all cells", "ABBC", "2.12.1, 2.13.1"),)
    assert part.notes == (
        "Cases that changed, by tensorflow: 2.12.1 (1), 2.13.1 (1), python 3.8 → 3.11 alone (0).",
    )


def test_where_python_alone_changes_bits() -> None:
    older = [cell("2.11.1", python="3.8"), cell("2.12.1", python="3.8")]
    words = zip([*older, cell("2.12.1"), cell("2.13.1")], "aabb", strict=True)
    (part,) = parts(context_of(one for of, w in words for one in trials(of, {"a": (w, w)})))
    assert part.rows == (Row("a", "all cells", "AABB", "python 3.8 → 3.11 alone"),)


def test_where_python_moves_at_the_same_step() -> None:
    cells = zip((cell("2.10.1", python="3.10"), cell("2.12.1")), "ab", strict=True)
    (part,) = parts(context_of(one for of, w in cells for one in trials(of, {"a": (w, w)})))
    assert part.rows[0].changed == (
        "between 2.10.1 and 2.12.1 (2.11 not tried; with python 3.10 → 3.11)"
    )


def test_what_was_seen_once() -> None:
    cells = zip((cell("2.15.1"), cell("2.16.2")), "ab", strict=True)
    (part,) = parts(context_of(trial(of, case("a", word)) for of, word in cells))
    assert part.rows == (Row("a", "all cells", "AB", "2.16.2 (seen once)"),)


def test_nothing_to_walk_along() -> None:
    said = "Nothing to walk along: no two cells with a result differ in this axis.\n"
    context = context_of(trials(cell(), {"a": "xx"}))
    assert change_formats.text(parts(context)) == said
    assert change_formats.markdown(parts(context)) == said


def test_json_has_every_stop() -> None:
    context = of_case("nn.back")
    document = json.loads(change_formats.as_json([(context, find_walks(context))]))
    assert document["schema_version"] == 1
    (found,) = document["contexts"]
    off, on = found["walks"]
    assert (off["axis"], off["axes"]["determinism"]) == ("tensorflow", "off")
    assert [stop["tensorflow"] for stop in off["stops"]] == list(RELEASES)
    assert on["cases"] == [
        {
            "case": "nn.back",
            "family": "nn",
            "bits": ["B", "D", "D", "B"],  # letters of the whole context
            "verdicts": ["identical"] * 4,
            "changes": [
                {
                    "before": "2.15.1",
                    "after": "2.16.2",
                    "unknown": [],
                    "untried": [],
                    "moved": [],
                    "back_to": None,
                    "doubtful": False,
                    "proven": True,
                },
                {
                    "before": "2.17.1",
                    "after": "2.18.1",
                    "unknown": [],
                    "untried": [],
                    "moved": [],
                    "back_to": "2.15.1",
                    "doubtful": False,
                    "proven": True,
                },
            ],
        }
    ]


def test_no_text_of_a_record_can_steer_a_terminal() -> None:
    records = []
    for release in ("2.15.1", "2.16.2"):
        one = trial(cell(release), case("a", release, release))
        records.append(one.model_copy(update={"axes": {**one.axes, "env": HOSTILE}}))
    context = context_of(records)
    walks = [(context, find_walks(context))]
    found = parts(context)
    for text in (
        change_formats.text(found),
        change_formats.markdown(found),
        change_formats.as_json(walks),
    ):
        assert "\x1b" not in text
        assert "\u202e" not in text
