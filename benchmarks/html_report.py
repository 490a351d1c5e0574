"""How large the HTML report is, and how soon a browser is done with it.

    PYTHONPATH=.:tests python benchmarks/html_report.py --cells 200 --cases 80

The store is made up: as many releases and settings as it takes, families of ten cases, a change of
bits every few releases, a case in ten that varies, trials that failed with a log. What Python takes
is the processor's time; what the page takes is told by Chromium (`performance.now()`), the median
of five visits.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from browser_window import browser, window
from unit.results.synthetic import case, cell, run, status, trial

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.analysis.compare import compare
from runner.reports import html
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.matrix.cells import Cell
    from runner.results.probe_output import CaseOutput
    from runner.results.records import TrialRecord

VISITS: Final = 5
TRIALS: Final = 3
FAMILY: Final = 10
FAILS: Final = 20
"""One cell in so many times out."""


def cells(count: int) -> Iterator[Cell]:
    """Go through releases, with determinism off and on, on a CPU and on three toolkits."""
    for place in range(count):
        release, rest = divmod(place, 8)
        toolkit, det = divmod(rest, 2)
        yield cell(
            f"2.{release + 4}.0",
            determinism="on" if det else "off",
            device="gpu" if toolkit else "cpu",
            cuda=f"12.{toolkit}.0" if toolkit else None,
        )


def outputs(place: int, number: int, cases: int) -> list[CaseOutput]:
    """Give what one trial of the cell at a place saw."""
    made = []
    for one in range(cases):
        varies = one % FAMILY == 0 and place % 2 == 0
        bits = (one, number) if varies else (one, place // (8 * (1 + one % 7)))
        family = f"family{one // FAMILY}"
        made.append(case(f"{family}.case{one}.function", bits, bits, family=family))
    return made


def records(of: Cell, place: int, cases: int) -> list[TrialRecord]:
    """Give the trials of a cell; some never finish, and leave a log."""
    if place % FAILS:
        found = (outputs(place, number, cases) for number in range(TRIALS))
        return [trial(of, *one, at=number) for number, one in enumerate(found)]
    ended = trial(of, status=Status.TIMED_OUT, reason="no result within 600 s")
    return [ended.model_copy(update={"log": f"{of.id}: a line of a log\n" * 500})]


def page(count: int, cases: int) -> str:
    """Render the report of a store of so many cells and cases, and say how long it took."""
    chosen = list(cells(count))
    trials = [one for place, of in enumerate(chosen) for one in records(of, place, cases)]
    runs = [run([status(of) for of in chosen])]
    began = time.process_time()
    comparison = compare(trials, runs)
    compared = time.process_time()
    found = evaluate(comparison, ledger())
    held = time.process_time()
    text = html.render(comparison, html.Stored(trials=trials, runs=runs, claims=found))
    ended = time.process_time()
    print(f"compared in {compared - began:.2f} s, claims in {held - compared:.2f} s", end=", ")
    print(f"written in {ended - held:.2f} s: {len(text.encode()) / 1e6:.2f} MB")
    return text


def visit(path: Path) -> None:
    """Open the page several times; say when it was interactive, and how long a few actions take."""
    executable = shutil.which("chromium")
    if executable is None:
        print("no chromium in PATH: not opened")
        return
    ready, words, expanded, pairs = [], [], [], []
    with browser(executable) as found:
        for _ in range(VISITS):
            with window(found) as one:
                shown = one.open(path)
                ready.append(shown.evaluate("performance.getEntriesByName('ready')[0].startTime"))
                words.append(shown.evaluate(_timed("fill('case7'); search()")))
                expanded.append(
                    shown.evaluate(
                        _timed("for (const f of heats[0].families.keys()) heats[0].expand(f, true)")
                    )
                )
                pairs.append(shown.evaluate(_timed("pairs(document.querySelector('.agreement'))")))
    for name, times in (
        ("interactive", ready),
        ("filtered by a text", words),
        ("all families opened", expanded),
        ("agreement drawn", pairs),
    ):
        print(f"{name}: {median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})")


def _timed(action: str) -> str:
    """Time an action of the page until its layout is done."""
    return (
        "() => { const fill = (text) => { form.elements.text.value = text; };"
        f"const began = performance.now(); {action}; document.body.offsetHeight;"
        "return performance.now() - began; }"
    )


def main() -> None:
    """Write the page and visit it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cells", type=int, default=200)
    asked.add_argument("--cases", type=int, default=80)
    asked.add_argument("--keep", type=Path, help="where to leave the page")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (given.keep or Path(folder, "report.html")).resolve()
        path.write_text(page(given.cells, given.cases), encoding="utf-8")
        visit(path)


if __name__ == "__main__":
    main()
