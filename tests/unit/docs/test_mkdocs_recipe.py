"""The documented recipe for MkDocs, in a small site that MkDocs builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.docs.sites import build, documented, project, rows

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["project"]

INDEX = "# Mine\n\n<!-- samebits: table{} -->\n<!-- /samebits -->\n"


def site(project: Path, words: str) -> tuple[int, str]:
    (project / "samebits_hook.py").write_text(
        documented("python", "on_pre_build"), encoding="utf-8"
    )
    (project / "mkdocs.yml").write_text(documented("yaml", "hooks:"), encoding="utf-8")
    (project / "docs" / "index.md").write_text(INDEX.format(words), encoding="utf-8")
    return build(project, "mkdocs", "build", "--strict", "--quiet")


def test_a_site(project: Path) -> None:
    code, said = site(project, "")
    assert code == 0, said
    page = project / "site" / "index.html"
    assert rows(page)[:3] == [
        ["tensorflow", "nn", "keras"],
        ["2.19.1", "A~", "A"],
        ["2.20.0", "B~", "A"],
    ]
    table = page.read_text(encoding="utf-8").partition("</table>")[0].partition("<table>")[2]
    assert "\\" not in table


def test_a_page_that_is_wrong_ends_the_build(project: Path) -> None:
    code, said = site(project, " columns=case")
    assert code != 0
    assert "docs/index.md:3: columns can't be 'case', did you mean 'cases'?" in said
