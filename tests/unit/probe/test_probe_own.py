"""A file of one's own cases: what it declares, and what is said where it can't be used."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

import probe
from probe import own
from probe.harness import Harness
from probe.own import FAMILY, OwnProbeError, load
from probe.registry import OLDEST, Lab
from probe.result import ArrayFolder

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[3]
ONE = 'from probe import case\n@case("my.one")\ndef one(lab):\n    return lab.seed\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "my_probe.py"
    path.write_text(text, encoding="utf-8")
    return path


def documented() -> str:
    """The first Python block of the documentation."""
    text = (ROOT / "docs" / "own-probe.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def fake_tf() -> ModuleType:
    def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = np.exp(logits)
        scores: NDArray[np.float64] = weights / weights.sum(axis=-1, keepdims=True)
        return scores

    tf = ModuleType("tf")
    draw = np.random.default_rng(42).standard_normal
    tf.__dict__["__version__"] = "2.20.0"
    tf.__dict__["random"] = SimpleNamespace(normal=draw)
    tf.__dict__["nn"] = SimpleNamespace(softmax=softmax)
    return tf


def test_the_documented_example_runs_as_it_stands(tmp_path: Path) -> None:
    assert len(documented().splitlines()) == 10
    cases = load(written(tmp_path, documented()))
    harness = Harness(Lab(fake_tf(), 42), 1, lambda: None, ArrayFolder(tmp_path))
    (ran,) = harness.run(cases)
    assert (ran.name, ran.family, ran.status, ran.reason) == ("my.scores", "own", "ok", "")
    assert [(output.name, output.shape) for output in ran.outputs] == [
        ("logits", (512, 10)),
        ("scores", (512, 10)),
    ]


def test_only_a_name_must_be_given(tmp_path: Path) -> None:
    (found,) = load(written(tmp_path, ONE))
    assert (found.name, found.family, found.since, found.staged) == (
        "my.one",
        FAMILY,
        OLDEST,
        False,
    )
    assert found.body(Lab(ModuleType("tf"), 7)) == 7


def test_cases_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = ONE + '@case("my.a", family="mine", since="2.8", staged=True)\ndef a(lab):\n    ...\n'
    cases = load(written(tmp_path, text))
    assert [case.name for case in cases] == ["my.one", "my.a"]
    assert (cases[1].family, cases[1].since, cases[1].staged) == ("mine", "2.8", True)


def test_a_second_file_has_only_its_own(tmp_path: Path) -> None:
    load(written(tmp_path, ONE))
    assert [case.name for case in load(written(tmp_path, ONE.replace("one", "two")))] == ["my.two"]


TWICE = ONE + '@case("my." + "one")\ndef two(lab):\n    ...\n'
BAD = 'is no name of a case; write @case("my.name")'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "x = 1\n",
            'my_probe.py: it declares no case; put @case("my.name") above a function',
            id="no case",
        ),
        pytest.param(
            TWICE,
            "my_probe.py: 2 cases are named 'my.one'; give each a name of its own",
            id="a name twice",
        ),
        pytest.param("x = (\n", "my_probe.py:1: SyntaxError: '(' was never closed", id="syntax"),
        pytest.param(
            "\nimport no_such_module\n",
            "my_probe.py:2: ModuleNotFoundError: No module named 'no_such_module'",
            id="import",
        ),
        pytest.param(
            "import json\n\n\njson.loads('{')\n",
            "my_probe.py:4: JSONDecodeError: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)",
            id="an error in what it calls",
        ),
        pytest.param(
            "raise SystemExit('enough')\n", "my_probe.py:1: SystemExit: enough", id="it exits"
        ),
        pytest.param(
            ONE.replace("my.one", "my one"),
            f"my_probe.py:2: ValueError: 'my one' {BAD}",
            id="a name that no table can show",
        ),
        pytest.param(
            'from probe import case\n@case("a", family="|")\ndef one(lab):\n    ...\n',
            f"my_probe.py:2: ValueError: '|' {BAD}",
            id="a family that no table can show",
        ),
        pytest.param(
            ONE.replace('"my.one"', '"my.one", since="soon"'),
            "my_probe.py:2: ValueError: since='soon' is no release of TensorFlow, such as \"2.8\"",
            id="no release",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(OwnProbeError) as caught:
        load(written(tmp_path, text))
    assert str(caught.value) == sentence


def test_a_decorator_without_a_name_says_how_to_write_it(tmp_path: Path) -> None:
    text = "from probe import case\n@case\ndef one(lab):\n    ...\n"
    with pytest.raises(
        OwnProbeError, match=r"my_probe.py:2: ValueError: <function one at .*> is no"
    ):
        load(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OwnProbeError) as caught:
        load(tmp_path / "nowhere.py")
    assert str(caught.value) == f"{tmp_path}/nowhere.py: No such file or directory"


def test_what_a_case_needs_is_at_hand() -> None:
    assert probe.case is own.case
    assert {"Lab", "UnsupportedError", "case", "need"} == set(probe.__all__)
