"""The history of cases as text, Markdown and JSON, and what a report says of the last run."""

from __future__ import annotations

import json

from unit.results.synthetic import BEGIN, cell, key, run, status, trials

from runner.analysis.compare import compare
from runner.analysis.sessions import Moved
from runner.analysis.timeline import Course, find_courses
from runner.reports import course_formats, json_report, table
from runner.reports.courses import make_parts, moved_words

OLD, NEW = cell("2.19.1"), cell("2.20.0")
DAY = 86_400
RECORDS = [
    *trials(OLD, {"a": "xx", "b": "xx", "c": "xx"}, at=10),
    *trials(NEW, {"a": "xx", "b": "xx", "c": "xx"}, at=20),
    *trials(OLD, {"a": "yy", "b": "xx"}, at=DAY + 10, trial_key=key(OLD, lock="lock-2")),
    *trials(NEW, {"a": "zz", "b": "xx"}, at=DAY + 20, trial_key=key(NEW, lock="lock-2")),
]
RUNS = [run([status(OLD), status(NEW)], at=day * DAY) for day in (0, 1)]

EXPECTED = """\
Docker, cpu avx512_bf16
=======================

case    cells      since run of      bits    what moved
------  ---------  ----------------  ------  --------------------
a       all cells  2026-11-22 09:00  A
                   2026-11-23 09:00  B       lock lock-1 → lock-2

Letters name the bits of one case in one cell, in the order in which they came.

The same in every run: b.

Seen in one run only, which shows no change: c.
"""


def courses() -> tuple[Course, ...]:
    return find_courses(RECORDS, RUNS, lambda _: True)


def test_a_row_for_each_spell_once_for_all_cells_that_did_the_same() -> None:
    assert course_formats.text(make_parts(courses())) == EXPECTED


def test_markdown() -> None:
    text = course_formats.markdown(make_parts(courses()))
    assert text.splitlines()[:5] == [
        "### Docker, cpu avx512\\_bf16",
        "",
        "| case | cells | since run of | bits | what moved |",
        "| --- | --- | --- | --- | --- |",
        "| a | all cells | 2026-11-22 09:00 | A |  |",
    ]


def test_json_has_every_spell() -> None:
    document = json.loads(course_formats.as_json(courses()))
    assert document["schema_version"] == 1
    assert [(one["cell"], one["case"]) for one in document["courses"]] == [
        (of.id, case) for of in (OLD, NEW) for case in "abc"
    ]
    first, second = document["courses"][0]["spells"]
    assert (first["kind"], first["moved"], first["since"]) == (None, [], BEGIN.isoformat())
    assert (second["kind"], second["group"]) == ("changed", "B")
    moved = {"factor": "lock", "before": "lock-1", "after": "lock-2", "package": False}
    assert second["moved"] == [moved]


def test_nothing_to_tell() -> None:
    assert course_formats.text(()) == "Nothing to tell: no such case ran.\n"


def test_what_moved_in_words() -> None:
    keras = Moved("keras", "3.3.3", "3.15.1")
    others = tuple(Moved(f"p{number}", "", "1", package=True) for number in range(3))
    assert moved_words(()) == "nothing that is recorded"
    assert moved_words((keras,)) == "keras 3.3.3 → 3.15.1"
    assert moved_words((keras, *others[:1])) == "keras 3.3.3 → 3.15.1 and 1 other package"
    assert moved_words((keras, *others)) == "keras 3.3.3 → 3.15.1 and 3 other packages"
    assert moved_words(others[:1]) == "p0 none → 1"


def test_a_report_says_what_the_last_run_changed() -> None:
    text = table.render(compare(RECORDS, RUNS))
    assert (
        "Changed by the last run (2026-11-23 09:00) against the one before:\n"
        "- a: A → B (all cells); moved: lock lock-1 → lock-2\n"
    ) in text
    document = json.loads(json_report.render(compare(RECORDS, RUNS)))
    told = document["contexts"][0]["changed_by_last_run"]
    assert [(one["cell"], one["case"], one["kind"]) for one in told] == [
        (OLD.id, "a", "changed"),
        (NEW.id, "a", "changed"),
    ]


def test_it_is_quiet_where_the_last_run_changed_nothing() -> None:
    assert "Changed by the last run" not in table.render(compare(RECORDS[:6], RUNS[:1]))
