"""The catalogue as a table, and as a page that is up to date."""

from __future__ import annotations

from pathlib import Path

from runner.environments.catalogue import Catalogue, Entry, Family, Recipe, read_catalogue
from runner.environments.probe import find_probe
from runner.reports.catalogue import page, text

PAGE = Path(__file__).resolve().parents[3] / "docs" / "probe.md"
SMALL = Catalogue(
    schema_version=1,
    families=(Family(family="nn", about=("Networks: `tf.nn` *only*.", "And losses.")),),
    cases=(
        Entry(
            name="nn.conv2d",
            family="nn",
            exercises="tf.nn.conv2d_transpose",
            may_vary="a | b",
            since="2.4",
            source="example.org/a_b",
            staged=False,
        ),
        Entry(
            name="nn.steps",
            family="nn",
            exercises="two steps",
            may_vary="atomics",
            since="2.8",
            source="example.org/c",
            staged=True,
        ),
    ),
    determinism=(Recipe(since="2.4", cpu=("A=1",), gpu=("A=1", "tf.b()")),),
)
TABLE = """\
case       family    since    exercises
---------  --------  -------  ----------------------
nn.conv2d  nn        2.4      tf.nn.conv2d_transpose
nn.steps   nn        2.8      two steps

2 cases in 1 family, 1 of them staged.
"""
TAIL = """\
| TensorFlow | on a CPU | on a GPU |
| --- | --- | --- |
| from 2.4 | `A=1` | `A=1`, `tf.b()` |

## nn

Networks: `tf.nn` \\*only\\*. And losses.

| case | exercises | may vary because of | since | source |
| --- | --- | --- | --- | --- |
| `nn.conv2d` | tf.nn.conv2d\\_transpose | a \\| b | 2.4 | example.org/a\\_b |
| `nn.steps`, staged | two steps | atomics | 2.8 | example.org/c |

<!-- /samebits -->
"""


def test_text() -> None:
    assert text(SMALL) == TABLE


def test_the_catalogue_is_at_most_100_columns_wide() -> None:
    assert max(map(len, text(read_catalogue(find_probe())).splitlines())) <= 100


def test_the_page() -> None:
    written = page(SMALL)
    assert written.startswith("# The cases of the probe\n\n<!-- samebits: cases level=2 -->\n\n")
    assert written.endswith(TAIL)


def test_the_page_of_the_documentation_is_what_the_command_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_catalogue(find_probe()))
