"""Takes the pictures of the HTML report in docs/evidence/html-report, from a store of results.

    PYTHONPATH=.:tests python benchmarks/html_screenshots.py results docs/evidence/html-report

The name of the host and the folders of its venvs are replaced first: they are nobody's business.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from browser_window import Scheme, browser, window

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.analysis.compare import compare
from runner.cli import showing
from runner.reports import html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from runner.results.records import Host, TrialRecord

SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
SIZE: Final = (1280, 1000)
PAPER: Final = (1040, 720)
"""An A4 sheet across without its margins, in CSS pixels."""


def take(found: Browser, report: Path, folder: Path) -> None:
    """Take every picture; each begins with a fresh window."""
    for scheme in SCHEMES:
        with window(found, scheme, SIZE) as one:
            one.open(report).screenshot(path=folder / f"{scheme}.png")
    with window(found, size=SIZE) as one:
        page = one.open(report)
        page.get_by_label("Case or cell").fill("conv2d")
        page.locator("table.heat td:visible").nth(9).hover()
        page.screenshot(path=folder / "cases.png")
    with window(found, size=SIZE) as one:
        page = one.open(report)
        page.get_by_text("How far each two cells agree").click()
        page.locator("details.agreement").screenshot(path=folder / "agreement.png")
    for scheme in SCHEMES:
        with window(found, scheme, SIZE) as one:
            page = one.open(report)
            page.locator("table.heat tbody a").last.click()
            page.locator("#cell h1").wait_for()
            page.screenshot(path=folder / f"cell-{scheme}.png")
    with window(found, size=PAPER) as one:
        _print(one.open(report), folder)


def _print(page: Page, folder: Path) -> None:
    """Show the first sheet as it is printed, without the sheet's margins."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.screenshot(path=folder / "print.png")


def page_of(results: Path) -> str:
    """Render the report of a store, as `report --all --format html` does."""
    stored = showing.stored(results)
    trials = [nameless(trial) for trial in stored.trials]
    runs = [run.model_copy(update={"host": _nameless(run.host)}) for run in stored.runs]
    comparison = showing.with_stages(compare(trials, runs, stored.damaged), results)
    claims = evaluate(comparison, ledger())
    return html.render(comparison, html.Stored(trials=trials, runs=runs, claims=claims))


def nameless(trial: TrialRecord) -> TrialRecord:
    """Replace what tells whose machine a trial ran on."""
    image = trial.image if trial.key.engine == "docker" else f"~/venvs/{trial.environment}"
    return trial.model_copy(update={"host": _nameless(trial.host), "image": image})


def _nameless(host: Host) -> Host:
    return host.model_copy(update={"name": "a-host", "platform": host.platform.split()[0]})


def main() -> None:
    """Take the pictures of one report."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("results", type=Path)
    asked.add_argument("folder", type=Path)
    given = asked.parse_args()
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("no chromium in PATH")
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, browser(executable) as found:
        report = Path(place, "report.html")
        report.write_text(page_of(given.results), encoding="utf-8")
        take(found, report, given.folder)


if __name__ == "__main__":
    main()
