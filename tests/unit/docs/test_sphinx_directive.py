"""The directive in a small site that Sphinx builds, from RST and from MyST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.docs.sites import build, documented, project, rows
from unit.reports.stores import HOSTILE
from unit.results.synthetic import UNSUPPORTED, case, cell, key, trial

from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["project"]

INDEX = """\
Mine
====

.. toctree::

   myst

"""
MYST = """\
# In MyST

```{samebits} changes
:all:
```

```{samebits} caption
```
"""


def site(project: Path, index: str) -> tuple[int, str]:
    docs = project / "docs"
    conf = documented("python", "samebits_matrix")
    (docs / "conf.py").write_text(conf + "html_theme = 'basic'\n", encoding="utf-8")
    (docs / "index.rst").write_text(INDEX + index, encoding="utf-8")
    (docs / "myst.md").write_text(MYST, encoding="utf-8")
    return build(project, "sphinx", "-q", "-W", "--keep-going", "docs", "out")


def test_a_site_in_rst_and_myst(project: Path) -> None:
    assert site(project, documented("rst", ".. samebits:: table")) == (0, "")
    shown = [["tensorflow", "2.19.1", "2.20.0"], ["nn.a", "A", "B"], ["nn.b", "~", "~"]]
    assert rows(project / "out" / "index.html") == [*shown, ["keras.c", "A", "A"]]
    myst = project / "out" / "myst.html"
    assert rows(myst) == [["case", "bits", "changed at"], ["nn.a", "AAB", "2.20.0"]]
    assert "Matrix <code" in myst.read_text(encoding="utf-8")


def test_what_is_wrong_is_an_error_at_its_line(project: Path) -> None:
    code, said = site(
        project,
        ".. samebits:: tabel\n\n"
        ".. samebits:: table\n   :colums: cases\n\n"
        ".. samebits:: table\n   :only: tensorflow=9\n\n"
        ".. samebits:: claims\n   :results: none\n",
    )
    assert code == 1
    for line, told in (
        (8, "there is no content 'tabel', did you mean 'table'?"),
        (10, "table takes no option 'colums', did you mean 'columns'?"),
        (
            13,
            "--only tensorflow=9: no cell has tensorflow '9'; the values there are: 2.19.1, 2.20.0",
        ),
        (16, f"{project}/docs/none: no results yet"),
    ):
        assert f"{project}/docs/index.rst:{line}: ERROR: samebits: {told}" in said


def test_hostile_results_are_only_text(project: Path) -> None:
    of = cell("2.21.0")
    bad = key(of, host_class=HOSTILE)
    Store(project / "results").add(
        trial(of, case("nn.a", UNSUPPORTED, reason=HOSTILE), trial_key=bad)
    )
    assert site(project, ".. samebits:: table\n   :all:\n") == (0, "")
    html = (project / "out" / "index.html").read_text(encoding="utf-8")
    assert html.count("&lt;b onload=alert(1)&gt; `code` [link](http://evil) &#64;user") == 2
    assert 'evil"' not in html
    assert "\x1b" not in html
