"""A window of Debian's Chromium that a page is opened in, and what happened there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Request

Scheme = Literal["light", "dark"]

SWITCHES: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE: Final = (1280, 900)
PATIENCE: Final = 15_000
"""Milliseconds until what is waited for is given up."""


@dataclass
class Window:
    """A page that is open. `told` is what its console said, `asked` the addresses it wanted."""

    page: Page
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def _ask(self, request: Request) -> None:
        self.asked.append(request.url)

    def watch(self) -> None:
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", self._ask)

    def open(self, path: Path, fragment: str = "") -> Page:
        """Open a file as a user would, and wait until its script has run."""
        self.page.goto(path.as_uri() + fragment)
        self.page.wait_for_selector("html[data-ready]")
        return self.page


@contextmanager
def browser(executable: str) -> Iterator[Browser]:
    """Start Chromium, and end it."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES))
        try:
            yield found
        finally:
            found.close()


@contextmanager
def window(
    found: Browser,
    scheme: Scheme = "light",
    size: tuple[int, int] = WIDE,
) -> Iterator[Window]:
    """Open an empty window with no memory of others."""
    width, height = size
    context = found.new_context(
        color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    one = Window(context.new_page())
    one.watch()
    try:
        yield one
    finally:
        context.close()
