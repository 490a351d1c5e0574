"""The site of samebits, built as `nox -s site` does: strictly, and with nothing from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from unit.docs.sites import ROOT, build, rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def test_the_site(tmp_path: Path) -> None:
    out = tmp_path / "site"
    folder = str(ROOT / "docs")
    command = ("sphinx", "-W", "--keep-going", "-q", "-d", str(tmp_path / "doctrees"))
    assert build(tmp_path, *command, folder, str(out)) == (0, "")
    pages = {page.relative_to(out).as_posix(): page for page in out.rglob("*.html")}
    assert ["off", "A·", "A", "A", "A~", "~"] in [
        row[:6] for row in rows(pages["evidence/h100-2026-11-22/README.html"])
    ]
    assert loaded(pages.values()) == set()


def loaded(pages: Iterable[Path]) -> set[str]:
    """The hosts from which a reader's browser would load something by itself."""
    html = "".join(page.read_text(encoding="utf-8") for page in pages)
    tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", html)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', "".join(tags))
    return {urlsplit(one).netloc for one in addresses} - {""}
