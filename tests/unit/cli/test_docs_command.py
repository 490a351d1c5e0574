"""The command `docs`: blocks filled from a store, all files or none, and held against it."""

from __future__ import annotations

import hashlib
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import UNSUPPORTED, case, cell, key, run, status, trial, trials

from runner.cli.app import app
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
settings: {determinism: [on]}
"""
MINE, ALSO_MINE, OTHER = cell("2.19.1"), cell("2.20.0"), cell("2.18.1")
BEGIN, END = "<!-- samebits: {} -->", "<!-- /samebits -->"
BRIEF = f"""\
{BEGIN.format("table brief")}

### Docker, cpu avx512\\_bf16

| tensorflow | a   |
| ---------- | :-: |
| 2.19.1     | A   |
| 2.20.0     | B   |

Down a column, cells with the same letter are bit-identical, cells with different letters are not. \
Letters of different columns are unrelated.<br>
A letter rests on 6 repeats in 3 processes without a difference: at 95 %, fewer than 50 % of \
repeats differ.<br>
3 processes bound nothing that differs from process to process only; `run --trials` adds more.

{END}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a matrix of two cells, and results of these and of a third."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    store = Store(tmp_path / "results")
    cells = (OTHER, MINE, ALSO_MINE)
    for of, word in zip(cells, "aab", strict=True):
        for record in trials(of, {"a": (word, word)}):
            store.add(record)
    store.add_run(run(map(status, cells)))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def docs(*arguments: str) -> tuple[int, str]:
    """Run it: the exit code, and what it said; nothing goes to standard output."""
    ended = CliRunner().invoke(app, ["docs", *arguments])
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert "internal error" not in ended.stderr
    return ended.exit_code, ended.stderr


def block(words: str) -> str:
    return f"{BEGIN.format(words)}\n{END}\n"


def write(folder: Path, text: str, name: str = "a.md") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_block_is_filled_and_nothing_else_changes(folder: Path) -> None:
    path = write(folder, f"# Mine \r\n\n{block('table brief')}\tend")
    assert docs("a.md") == (0, "a.md: written: 1 block\n")
    assert path.read_bytes().decode() == f"# Mine \r\n\n{BRIEF}\tend"
    assert docs("a.md") == (0, "a.md: as it was: 1 block\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "arguments", "holds", "lacks"),
    [
        pytest.param("table", [], ["2.19.1", "2.20.0"], ["2.18.1"], id="the cells of the matrix"),
        pytest.param("table", ["--all"], ["2.18.1"], [], id="all, by the command line"),
        pytest.param("table all", [], ["2.18.1"], [], id="all, by the block"),
        pytest.param("table results=results", [], ["2.18.1"], [], id="all of the results it names"),
        pytest.param(
            "table results=results matrix=matrix.yaml", [], ["2.19.1"], ["2.18.1"], id="both named"
        ),
        pytest.param("table only=tensorflow=2.20.0", [], ["2.20.0"], ["2.19.1"], id="a condition"),
        pytest.param(
            "table columns=cases", [], ["| tensorflow | 2.19.1 | 2.20.0 |"], [], id="cases"
        ),
        pytest.param("table level=5", [], ["\n##### Docker"], [], id="level"),
        pytest.param("changes", ["--all"], ["| a | AAB | 2.20.0 |"], [], id="changes"),
        pytest.param(
            "claims", [], ["148 claims from 17 sources, held against 3 cells"], [], id="claims"
        ),
        pytest.param("cases", [], ["| `nn.conv2d.grad` |"], [], id="cases of the probe"),
        pytest.param("commands", [], ["### `samebits goldens export`"], [], id="commands"),
        pytest.param("matrix", [], ["| `cudnn` |"], [], id="keys of the matrix file"),
    ],
)
def test_what_a_block_may_hold(
    folder: Path, words: str, arguments: list[str], holds: list[str], lacks: list[str]
) -> None:
    path = write(folder, block(words))
    code, said = docs("a.md", *arguments)
    assert code == 0, said
    text = path.read_text(encoding="utf-8")
    assert [one for one in holds if one not in text] == []
    assert [one for one in lacks if one in text] == []


def test_a_caption_has_date_host_and_the_hash_of_the_matrix(folder: Path) -> None:
    path = write(folder, block("caption"))
    assert docs("a.md")[0] == 0
    digest = hashlib.sha256(MATRIX.encode()).hexdigest()[:12]
    assert path.read_text(encoding="utf-8") == (
        f"{BEGIN.format('caption')}\n\n"
        "Docker, cpu avx512\\_bf16.<br>\n"
        "On AMD EPYC 9R14.<br>\n"
        "2 cells with a result; 3 trials of 2 repeats each; seed 42; 2026-11-22.<br>\n"
        "All cells: python 3.11, device cpu, determinism on, threads 2, onednn, tf32 and xla "
        "default, env none.\n\n"
        f"Matrix `matrix.yaml`, SHA-256 `{digest}…`: 2 cells.\n\n{END}\n"
    )


def test_paths_of_a_block_are_from_its_document(folder: Path) -> None:
    (folder / "pages").mkdir()
    path = write(folder, block("table brief results=../results"), "pages/a.md")
    assert docs("pages/a.md")[0] == 0
    assert "2.18.1" in path.read_text(encoding="utf-8")


def test_a_document_in_rst(folder: Path) -> None:
    path = write(folder, "Mine\n====\n\n.. samebits: table brief\n.. /samebits\n", "a.rst")
    assert docs("a.rst") == (0, "a.rst: written: 1 block\n")
    assert path.read_text(encoding="utf-8").startswith(
        "Mine\n====\n\n.. samebits: table brief\n\n.. rubric:: Docker, cpu avx512\\_bf16\n\n"
        ".. list-table::\n   :header-rows: 1\n   :stub-columns: 1\n\n   * - tensorflow\n     - a\n"
        "   * - 2.19.1\n     - A\n   * - 2.20.0\n     - B\n"
    )


@pytest.mark.parametrize("name", ["a.md", "a.rst"])
@pytest.mark.parametrize("attack", [END, BEGIN.format("table"), "% /samebits", ".. /samebits"])
def test_no_result_can_end_its_block(folder: Path, name: str, attack: str) -> None:
    of = cell("2.21.0")
    text = f"{attack}\n{attack}"
    bad = trial(of, case("a", UNSUPPORTED, reason=text), trial_key=key(of, host_class=text))
    host = bad.host.model_copy(update={"cpu_model": text})
    bad = bad.model_copy(update={"axes": bad.axes | {"tensorflow": text}, "host": host})
    Store(folder / "results").add(bad)
    markers = ".. samebits: {0}\n.. /samebits\n" if name == "a.rst" else block("{0}")
    words = ("table all", "table all columns=cases", "caption all", "changes all")
    path = write(folder, "".join(map(markers.format, words)), name)
    assert docs(name) == (0, f"{name}: written: 4 blocks\n")
    filled = path.read_bytes()
    assert docs(name) == (0, f"{name}: as it was: 4 blocks\n")
    assert path.read_bytes() == filled


def test_check_names_the_blocks_that_are_out_of_date(folder: Path) -> None:
    old = BRIEF.replace("| 2.20.0     | B   |\n", "| 2.20.0     | A   |\n")
    text = f"{block('caption').replace(END, '')}{END}\n{old}"
    path, other = write(folder, text), write(folder, BRIEF, "b.md")
    before = path.stat().st_mtime_ns, path.read_bytes(), other.stat().st_mtime_ns
    code, said = docs("--check", "a.md", "b.md")
    assert code == 1
    assert said == (
        "error: a.md:1: caption: 0 lines to remove, 7 to add, such as "
        "Docker, cpu avx512\\_bf16.<br>\n"
        "a.md:4: table brief: 1 line to remove, 1 to add, such as | 2.20.0 | B |\n"
        "  → `samebits docs a.md` brings this up to date.\n"
    )
    assert (path.stat().st_mtime_ns, path.read_bytes(), other.stat().st_mtime_ns) == before
    assert docs("a.md", "b.md") == (0, "a.md: written: 2 blocks\nb.md: as it was: 1 block\n")
    assert docs("--check", "a.md", "b.md")[0] == 0
    assert other.stat().st_mtime_ns == before[2]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        pytest.param(
            "\n" + BEGIN.format("table"),
            2,
            "b.md:2: a block without its end\n"
            "  → A block begins with `<!-- samebits: table -->` and ends with "
            "`<!-- /samebits -->`, each alone on a line. Nothing was written.\n",
            id="no end",
        ),
        pytest.param(
            block("tabel"),
            2,
            "b.md:1: there is no content 'tabel', did you mean 'table'?\n"
            "  → docs/tables-in-docs.md says what a block may hold. Nothing was written.\n",
            id="unknown content",
        ),
        pytest.param(
            block("table only=cudn=9.1"),
            2,
            "b.md:1: --only cudn=9.1: there is no axis 'cudn', did you mean 'cudnn'?\n"
            "  → The axes are python, tensorflow, keras, numpy, cuda, cudnn, base, device, "
            "determinism, threads, onednn, tf32, xla and env.\n",
            id="unknown axis",
        ),
        pytest.param(
            block("table matrix=none.yaml"),
            2,
            "b.md:1: none.yaml: No such file or directory\n"
            "  → Run this where matrix.yaml is, name the file with --matrix, or begin one with "
            "`python -m runner init`.\n",
            id="no matrix",
        ),
        pytest.param(
            block("table results=none"),
            3,
            "b.md:1: none: no results yet\n  → run `nox -s matrix` first\n",
            id="no results",
        ),
        pytest.param(
            "\xff", 2, "b.md: not UTF-8 at byte 0\n  → Save it as UTF-8.\n", id="not UTF-8"
        ),
    ],
)
def test_where_one_file_is_wrong_none_is_written(
    folder: Path, text: str, code: int, said: str
) -> None:
    path = write(folder, block("table"))
    (folder / "b.md").write_bytes(text.encode("latin-1"))
    assert docs("a.md", "b.md") == (code, f"error: {said}")
    assert path.read_text(encoding="utf-8") == block("table")
    assert sorted(one.name for one in folder.iterdir()) == [
        "a.md",
        "b.md",
        "matrix.yaml",
        "results",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("none.md", "none.md: no such file or directory\n", id="none"),
        pytest.param("folder.md", "folder.md: is a directory\n", id="a folder"),
        pytest.param(
            "a.txt",
            "a.txt: its format is not known\n"
            "  → Name a file that ends in .md, .markdown, .myst, .rst or .rest.\n",
            id="of another format",
        ),
        pytest.param(
            "plain.md",
            "plain.md: no marked block\n"
            "  → Put `<!-- samebits: table -->` and `<!-- /samebits -->` (in RST "
            "`.. samebits: table` and `.. /samebits`) where the table is to be, each on a line of "
            "its own.\n",
            id="without a block",
        ),
    ],
)
def test_a_file_that_is_no_document(folder: Path, name: str, said: str) -> None:
    (folder / "folder.md").mkdir()
    write(folder, "# Plain\n", "plain.md")
    write(folder, "", "a.txt")
    assert docs(name) == (2, f"error: {said}")


def test_a_link_stays_a_link(folder: Path) -> None:
    real = write(folder, block("table brief"), "real.md")
    (folder / "a.md").symlink_to(real)
    assert docs("a.md", "real.md")[0] == 0
    assert (folder / "a.md").is_symlink()
    assert real.read_text(encoding="utf-8") == BRIEF
