"""What became of published claims: as text, as a page, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest
from unit.analysis.claims import GPU, H100, ON, V15, V16, V17, claim, outputs, ran
from unit.reports.stores import HOSTILE
from unit.results.synthetic import UNSUPPORTED, case, trial

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.model import Ledger, Source
from runner.analysis.compare import compare
from runner.reports import claims, claims_json, claims_markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.claims.model import Claim
    from runner.analysis.claims.outcome import ClaimResult
    from runner.results.records import TrialRecord

SOURCES = {
    "doc": Source(title="The documentation", url="https://example.org/doc", read="all of it"),
    "blog": Source(title="A blog", url="https://example.org/blog", read="one post"),
}
STABLE = {"test": "stable", "cases": "op"}
LEDGER = (
    claim(STABLE, id="doc-stable", source="doc", text="It is `the same` in every run."),
    claim(
        {"test": "equal", "pairs": [["op/a", "op/b"]]},
        id="blog-equal",
        source="blog",
        text="Both agree.",
        quoted=False,
        scope={"tensorflow": ">=2.16"},
        note="Read so.",
    ),
    claim(
        {"test": "varies", "cases": "op", "strength": "likely"},
        id="blog-gpu",
        source="blog",
        scope={"device": "gpu"},
    ),
    claim(id="blog-why", source="blog", undecided="bits don't tell why"),
)


def results(
    *records: Sequence[TrialRecord], of: Sequence[Claim] = LEDGER
) -> tuple[ClaimResult, ...]:
    comparison = compare([one for some in records for one in some], [])
    return evaluate(comparison, Ledger(sources=SOURCES, claims=tuple(of)))


def three() -> tuple[ClaimResult, ...]:
    agree = [outputs("op", a=["x", "x"], b=["x", "x"])] * 3
    differ = [outputs("op", a=["x", "x"], b=["y", "y"])] * 3
    return results(ran(V15, *differ), ran(V16, *agree), ran(V17, *differ))


def test_a_table_of_counts_and_what_contradicts() -> None:
    assert (
        claims.render(three())
        == """\
Published claims about TensorFlow's determinism
===============================================
4 claims from 2 sources, held against 3 cells with a result. Contradicted in at least one cell: 1.
Contradicted in none and upheld in at least one: 1. A difference that was not seen, which does not
contradict: 0. Not exercised: 1. About no cell here: 1.

Contradicted
------------

blog-equal: Both agree.
- tensorflow 2.17.1: op/a and op/b: other bits in 6 repeats in 3 processes

source      claims    contradicted    hold    not seen    not exercised    no cell
--------  --------  --------------  ------  ----------  ---------------  ---------
doc              1                       1
blog             3               1                                    1          1

`--verbose` lists every claim, and says why it holds or was not exercised.
"""
    )


LISTED = """\
The documentation
claim         in scope    contradict    hold    not seen    not exercised
----------  ----------  ------------  ------  ----------  ---------------
doc-stable           3                     3

A blog
claim         in scope    contradict    hold    not seen    not exercised
----------  ----------  ------------  ------  ----------  ---------------
blog-equal           2             1       1
blog-gpu
blog-why             3                                                  3

"""
REST = """\
Holds
-----

doc-stable: "It is `the same` in every run."
- all cells: op: no difference in 6 repeats in 3 processes

blog-equal: Both agree.
- tensorflow 2.16.2: op/a and op/b: the same bits in 6 repeats in 3 processes

Not exercised
-------------

blog-why: "It is so."
- all cells: bits don't tell why

"""
IDLE = "No cell with a result is in the scope of blog-gpu.\n"


def test_every_claim_and_the_evidence_of_the_rest_on_demand() -> None:
    brief, _, _ = claims.render(three()).rpartition("`--verbose`")
    assert claims.render(three(), listed=True) == brief + LISTED + IDLE
    assert claims.render(three(), verbose=True) == brief + LISTED + REST + IDLE


def test_a_reading_is_told_from_what_its_author_said() -> None:
    differ = ran(V17, *[outputs("op", a="xx", b="yy")] * 3)
    read = LEDGER[1].model_copy(update={"reading": True})
    held = results(differ, of=[read])
    told = "in at least one cell: 1, 1 of them only as a reading of the text."
    assert told in claims.summary(held)
    assert "\nblog-equal (a reading of the text): Both agree.\n" in claims.render(held)


def test_cases_with_the_same_evidence_share_a_line() -> None:
    both = [trial(ON, case("a", "x", "x"), case("b", "x", "x"), at=at) for at in range(2)]
    [result] = results(both, of=[claim({**STABLE, "cases": ["a", "b"]}, source="doc")])
    assert claims.told(result, result.cells[0].outcome) == (
        "all cells: a, b: no difference in 4 repeats in 2 processes",
    )


def test_lines_of_two_host_classes_say_which() -> None:
    same = [outputs("op", out="xx")] * 2
    [result] = results(ran(ON, *same), ran(GPU, *same, host_class=H100), of=LEDGER[:1])
    assert claims.told(result, result.cells[0].outcome) == (
        f"docker, {H100}: all cells: op: no difference in 4 repeats in 2 processes",
        "docker, cpu avx512_bf16: all cells: op: no difference in 4 repeats in 2 processes",
    )


PAGE = """\
# Published claims about TensorFlow's determinism

3 claims from 1 source, held against 3 cells with a result. Contradicted in at least one cell: 1. \
Contradicted in none and upheld in at least one: 0. A difference that was not seen, which does not \
contradict: 0. Not exercised: 1. About no cell here: 1.

{meaning}

- docker, cpu avx512\\_bf16, AMD EPYC 9R14: 3 cells, 2026-11-22

| source | claims | contradicted | hold | not seen | not exercised | no cell |
| --- | --: | --: | --: | --: | --: | --: |
| [A blog](https://example.org/blog) | 3 | 1 |  |  | 1 | 1 |

## Contradicted

### blog-equal

> Both agree.

Paraphrase of [A blog](https://example.org/blog). Scope: tensorflow \\>=2.16. Decided by the same \
bits in `op/a and op/b`. Read so.

**Contradicted** in 1 of 2 cells:

- tensorflow 2.17.1: op/a and op/b: other bits in 6 repeats in 3 processes

**Holds** in 1 of 2 cells:

- tensorflow 2.16.2: op/a and op/b: the same bits in 6 repeats in 3 processes

## Not exercised

| claim | what it says | scope | cells | evidence |
| --- | --- | --- | --- | --- |
| `blog-why` | It is so. | every cell | 3 of 3 | all cells: bits don't tell why |

## About no cell here

`blog-gpu`.
"""


def test_a_page() -> None:
    assert claims_markdown.render(three()[1:]) == PAGE.format(meaning=claims_markdown.MEANING)


def test_for_programs() -> None:
    document = json.loads(claims_json.render(three()[:2]))
    jsonschema.validate(document, claims_json.schema())
    stable, equal = document["claims"]
    assert {key: value for key, value in equal.items() if key != "cells"} == {
        "claim": "blog-equal",
        "source": "blog",
        "title": "A blog",
        "url": "https://example.org/blog",
        "text": "Both agree.",
        "quoted": False,
        "reading": False,
        "scope": "tensorflow >=2.16",
        "tests": ["the same bits: op/a and op/b"],
        "undecided": "",
        "note": "Read so.",
        "outcome": "contradicted",
        "holds": 1,
        "contradicted": 1,
        "not_seen": 0,
        "not_exercised": 0,
    }
    first, _, last = equal["cells"]
    assert (first["cell"], first["in_scope"], first["findings"]) == (V15.id, False, [])
    assert last == {
        "engine": "docker",
        "host_class": "cpu avx512_bf16",
        "cell": V17.id,
        "axes": V17.axes,
        "in_scope": True,
        "outcome": "contradicted",
        "findings": [
            {
                "subject": "op/a and op/b",
                "outcome": "contradicted",
                "why": "other bits in 6 repeats in 3 processes",
                "processes": 3,
                "repeats_seen": 6,
            }
        ],
    }
    assert stable["holds"] == 3


def hostile() -> tuple[ClaimResult, ...]:
    bad = trial(ON, case("op", UNSUPPORTED, reason=HOSTILE))
    axes = {**bad.axes, "tensorflow": HOSTILE, "python": HOSTILE}
    other = bad.model_copy(update={"axes": axes, "cell": HOSTILE})
    refused = claim({"test": "unsupported", "cases": "op"}, source="doc")
    return results([bad], [other], of=[LEDGER[0], refused, LEDGER[1]])


@pytest.mark.parametrize(
    "text",
    [
        claims.render(hostile(), verbose=True),
        claims_markdown.render(hostile()),
        claims_json.render(hostile()),
    ],
    ids=["table", "markdown", "json"],
)
def test_text_out_of_results_is_inert(text: str) -> None:
    assert "boom" in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_a_page_escapes_what_comes_out_of_results() -> None:
    text = claims_markdown.render(hostile())
    assert "<b" not in text.replace("\\<b", "")
    assert "[link](" not in text


def test_no_line_is_wider_than_a_terminal() -> None:
    assert max(map(len, claims.render(hostile(), verbose=True).splitlines())) <= 100
