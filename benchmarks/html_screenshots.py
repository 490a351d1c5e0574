"""Takes the pictures of the HTML report in docs/evidence/html-report, from a report that is there.

python -m runner report --all --results results --format html -o report.html
PYTHONPATH=.:tests python benchmarks/html_screenshots.py report.html docs/evidence/html-report
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from browser_window import Scheme, browser, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
            # The folder of a venv names its user's home.
            homes = page.locator("tr", has_text="/venvs/").locator("td")
            page.screenshot(path=folder / f"cell-{scheme}.png", mask=[homes], mask_color="#888")
    with window(found, size=PAPER) as one:
        _print(one.open(report), folder)


def _print(page: Page, folder: Path) -> None:
    """Show the first sheet as it is printed, without the sheet's margins."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.screenshot(path=folder / "print.png")


def main() -> None:
    """Take the pictures of one report."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("report", type=Path)
    asked.add_argument("folder", type=Path)
    given = asked.parse_args()
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("no chromium in PATH")
    given.folder.mkdir(parents=True, exist_ok=True)
    with browser(executable) as found:
        take(found, given.report.resolve(), given.folder)


if __name__ == "__main__":
    main()
