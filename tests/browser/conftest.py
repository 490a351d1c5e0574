"""One browser for all tests here, and a window for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser_window import Window, browser, window
from requirements_of_host import chromium
from unit.reports.html.pages import usual

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def found() -> Iterator[Browser]:
    """Chromium, started once for the tests here and ended before others."""
    with browser(chromium()) as one:
        yield one


@pytest.fixture
def opened(found: Browser) -> Iterator[Window]:
    """An empty window. Whatever its page did, it told no error and asked the network nothing."""
    with window(found) as one:
        yield one
        assert one.told == []
        assert [url for url in one.asked if not url.startswith("file://")] == []


@pytest.fixture(scope="session")
def usual_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the usual small matrix."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(usual().page(), encoding="utf-8")
    return path


@pytest.fixture
def page(opened: Window, usual_file: Path) -> Page:
    """That report, open."""
    return opened.open(usual_file)
