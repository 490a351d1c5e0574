"""What is seen of a file of one's own cases before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.environments.own_probe import OwnProbe, read_own_probe
from runner.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from probe import case\n"
ONE = '@case("my.one")\ndef one(lab):\n    ...\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + ONE, id="as documented"),
        pytest.param("import probe\n" + ONE.replace("@case", "@probe.case"), id="by its module"),
        pytest.param("import probe as p\n" + ONE.replace("@case", "@p.case"), id="module renamed"),
        pytest.param("from probe import case as c\n" + ONE.replace("@case", "@c"), id="renamed"),
        pytest.param("from probe import *\n" + ONE, id="everything"),
        pytest.param("from probe.own import case\n" + ONE, id="from where it is made"),
        pytest.param(HEAD + "for n in 'ab':\n    case(n)(print)\n", id="in a loop"),
        pytest.param(HEAD + "for n in 'ab':\n    case(f'my.{n}')(print)\n", id="names computed"),
    ],
)
def test_a_file_is_taken_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "my.py").write_text(text, encoding="utf-8")
    assert read_own_probe(tmp_path / "my.py", "m.yaml") == OwnProbe("my.py", text.encode())


NO_CASE = 'Write `from probe import case`, and @case("my.name") above a function.'
MEND = "Mend it and run again; nothing was run."


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("", ": it declares no case", NO_CASE, id="empty"),
        pytest.param(HEAD, ": it declares no case", NO_CASE, id="only the import"),
        pytest.param(ONE, ": it declares no case", NO_CASE, id="another case"),
        pytest.param(
            HEAD + ONE + ONE,
            ":5: a case is named 'my.one' already in line 2",
            "Give each case a name of its own.",
            id="a name twice",
        ),
        pytest.param("x = 1\ny = (\n", ":2: no Python: '(' was never closed", MEND, id="syntax"),
        pytest.param(
            "x = 1\n  y = 2\n", ":2: no Python: unexpected indent", MEND, id="indentation"
        ),
        pytest.param(
            "x" * (2**20 + 1), ": larger than 1 MiB", "Name a Python file of cases.", id="large"
        ),
    ],
)
def test_what_is_certainly_wrong_is_said_with_its_place(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    path = tmp_path / "my.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_own_probe(path, "m.yaml")
    assert (caught.value.message, caught.value.hint) == (f"{path}{message}", hint)


@pytest.mark.parametrize("text", [b"\0", b"\xff\xfe", b"(" * 100_000])
def test_what_is_no_text_is_no_python(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "my.py").write_bytes(text)
    with pytest.raises(InputError, match="no Python: "):
        read_own_probe(tmp_path / "my.py", "m.yaml")


@pytest.mark.parametrize(
    ("name", "why"), [("nowhere.py", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_can_not_be_read_says_who_names_it(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read_own_probe(tmp_path / name, "m.yaml")
    assert caught.value.message == f"{tmp_path / name}: {why}"
    assert caught.value.hint == "probe.path in m.yaml names it, from the folder of that file."
