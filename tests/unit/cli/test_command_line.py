"""What is said, and with which exit code, where a command can't do what it was asked.

Nothing here runs a cell: a matrix file, a selection or an engine is in the way.
"""

from __future__ import annotations

import json
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.cli.engines import answer, fake_engine

from runner import __version__
from runner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
environments:
  cpu:
    python: "3.11"
    tensorflow: ["2.19.1", "2.20.0"]
settings:
  determinism: [on]
"""
IDS = ["py3.11-tf2.19.1.cpu.det", "py3.11-tf2.20.0.cpu.det"]
MEND = "  → Mend matrix.yaml and run again; nothing was run.\n"
LIST = "`python -m runner list` prints every cell."


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed, in two streams."""

    code: int
    out: str
    err: str


class Checkout:
    """A folder with a matrix file, in which commands run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write(MATRIX)

    def write(self, text: str) -> None:
        """Write the matrix file."""
        (self.root / "matrix.yaml").write_text(text, encoding="utf-8")

    def samebits(self, *arguments: str, **variables: str) -> Ended:
        """Run a command; nothing it prints may ever be a traceback."""
        result = CliRunner().invoke(app, list(arguments), env=variables)
        assert "Traceback" not in result.output
        assert "internal error" not in result.output
        return Ended(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    for name in ("SAMEBITS_BASE", "SAMEBITS_GPU", "SAMEBITS_MATRIX", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield Checkout(tmp_path)
    signal.signal(signal.SIGTERM, before)


# the matrix file

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            MATRIX.replace("determinism:", "determinsm:"),
            "7: settings.determinsm: unknown key, did you mean 'determinism'?",
            id="unknown key",
        ),
        pytest.param(
            MATRIX.replace('python: "3.11"', 'python: "3.11"\n    python: "3.12"'),
            "5: environments.cpu.python: 'python' is there twice, first in line 4",
            id="repeated key",
        ),
        pytest.param(
            MATRIX.replace("[on]", "{on: 1}"),
            "7: settings.determinism: expected a value or a list of values, found a mapping",
            id="wrong type",
        ),
        pytest.param(
            MATRIX.replace('["2.19.1", "2.20.0"]', "[]"),
            "5: environments.cpu.tensorflow: an empty list; name a value or leave the key out",
            id="empty axis",
        ),
        pytest.param(
            MATRIX.replace("settings:", "    exclude: [{tensorflow: 2.18.1}]\nsettings:"),
            "6: environments.cpu.exclude[0].tensorflow: '2.18.1' is not on this axis, so the rule "
            "matches nothing, did you mean '2.19.1'?",
            id="a rule that matches nothing",
        ),
        pytest.param(BOMB, "1: a: anchor &a: write each value out", id="alias bomb"),
        pytest.param(
            "a: [\n",
            "2: not YAML: expected the node content, but found '<stream end>' (column 1)",
            id="no YAML",
        ),
        pytest.param("a: \x1b[31m\n", "1: control character U+001B", id="a control character"),
    ],
)
@pytest.mark.parametrize("command", ["list", "plan", "run", "lock"])
def test_a_matrix_file_that_is_wrong(
    checkout: Checkout, command: str, text: str, said: str
) -> None:
    checkout.write(text)
    start = time.monotonic()
    ended = checkout.samebits(command)
    assert ended == Ended(2, "", f"error: matrix.yaml:{said}\n{MEND}")
    assert time.monotonic() - start < 3


def test_all_mistakes_are_told_at_once(checkout: Checkout) -> None:
    checkout.write(MATRIX.replace("tensorflow:", "tensorfow:").replace("[on]", "[yes]"))
    lines = checkout.samebits("list").err.splitlines()
    assert [line.removeprefix("error: ").split(": ")[:2] for line in lines[:-1]] == [
        ["matrix.yaml:3", "environments.cpu"],
        ["matrix.yaml:5", "environments.cpu.tensorfow"],
        ["matrix.yaml:7", "settings.determinism[0]"],
    ]


@pytest.mark.parametrize("command", ["list", "plan", "run", "lock"])
def test_no_matrix_file(checkout: Checkout, command: str) -> None:
    ended = checkout.samebits(command, "--matrix", "other.yaml")
    assert ended == Ended(
        2,
        "",
        "error: other.yaml: No such file or directory\n"
        "  → Run this where matrix.yaml is, name the file with --matrix, or begin one with "
        "`python -m runner init`.\n",
    )


def test_a_matrix_file_that_is_a_folder(checkout: Checkout) -> None:
    ended = checkout.samebits("list", "--matrix", str(checkout.root))
    assert ended.code == 2
    assert ended.err.startswith(f"error: {checkout.root}: Is a directory\n")


# selections


@pytest.mark.parametrize(
    ("only", "code", "said"),
    [
        pytest.param(
            "tensorflow=2.18.1",
            3,
            "error: --only tensorflow=2.18.1: no cell has tensorflow '2.18.1'; "
            f"the values there are: 2.19.1, 2.20.0\n  → {LIST}\n",
            id="a value there is not",
        ),
        pytest.param(
            "py3.12*", 3, f"error: no cell is called 'py3.12*'\n  → {LIST}\n", id="no such cell"
        ),
        pytest.param(
            "tensorfow=2.20.0",
            2,
            "error: --only tensorfow=2.20.0: there is no axis 'tensorfow', "
            "did you mean 'tensorflow'?\n  → The axes are python, tensorflow, keras, numpy, cuda, "
            "cudnn, base, device, determinism, threads, onednn, tf32, xla and env.\n",
            id="no such axis",
        ),
    ],
)
@pytest.mark.parametrize("command", ["list", "plan", "run", "lock"])
def test_a_selection_that_picks_nothing(
    checkout: Checkout, command: str, only: str, code: int, said: str
) -> None:
    assert checkout.samebits(command, "--only", only) == Ended(code, "", said)


def test_what_is_typed_can_not_steer_the_terminal(checkout: Checkout) -> None:
    ended = checkout.samebits("list", "--only", "\x1b]0;title\x07[bold]x")
    assert ended.code == 3
    assert "\x1b" not in ended.err
    assert "[bold]x" in ended.err


# the engine

HINT = "  → start dockerd, or set DOCKER_HOST, or use --engine venv\n"


@pytest.mark.parametrize("command", ["plan", "run"])
def test_no_engine_at_an_address(checkout: Checkout, command: str) -> None:
    address = f"unix://{checkout.root}/docker.sock"
    start = time.monotonic()
    ended = checkout.samebits(command, "--engine", "docker", DOCKER_HOST=address)
    said = f"error: no Docker engine answers at {address}: No such file or directory\n{HINT}"
    assert ended == Ended(4, "", said)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    "address", ["nowhere", "tcp://", "tcp://127.0.0.1:99999", "tcp://[bad", "http://127.0.0.1:1"]
)
def test_an_address_that_is_none(checkout: Checkout, address: str) -> None:
    ended = checkout.samebits("plan", "--engine", "docker", DOCKER_HOST=address)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.startswith(f"error: no Docker engine answers at {address}: ")
    assert ended.err.endswith(HINT)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n", id="another protocol"),
        pytest.param(answer(b"<html>"), id="no JSON"),
        pytest.param(answer(b"{}"), id="other JSON"),
        pytest.param(answer(b"[]"), id="a list"),
        pytest.param(answer(b'{"ApiVersion": "x"}'), id="a version that is none"),
        pytest.param(answer(b'{"ApiVersion": "1.10"}'), id="an old version"),
        pytest.param(answer(b'{"message": "no"}', b"500 Oops"), id="an error"),
    ],
)
def test_an_engine_that_is_none(checkout: Checkout, reply: bytes) -> None:
    with fake_engine(checkout.root / "s", reply) as (address, _):
        ended = checkout.samebits("plan", "--engine", "docker", DOCKER_HOST=address)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.startswith(f"error: no Docker engine answers at {address}: ")


def test_an_engine_that_never_answers(checkout: Checkout) -> None:
    start = time.monotonic()
    with fake_engine(checkout.root / "s", None) as (address, asked):
        ended = checkout.samebits("plan", "--engine", "docker", DOCKER_HOST=address)
    assert asked.is_set()
    said = f"error: no Docker engine answers at {address}: no answer within the deadline\n{HINT}"
    assert ended == Ended(4, "", said)
    assert time.monotonic() - start < 8


def test_a_host_on_which_nothing_can_run(checkout: Checkout) -> None:
    start = time.monotonic()
    ended = checkout.samebits(
        "doctor",
        DOCKER_HOST=f"unix://{checkout.root}/docker.sock",
        UV_DEFAULT_INDEX="http://127.0.0.1:9/simple",
    )
    assert (ended.code, ended.err) == (4, "")
    assert ended.out.startswith("no    engine       no Docker engine answers at")
    assert "no    index        http://127.0.0.1:9/simple is not usable: " in ended.out
    assert time.monotonic() - start < 12


def test_a_doctor_whose_engine_never_answers(checkout: Checkout) -> None:
    start = time.monotonic()
    with fake_engine(checkout.root / "s", None) as (address, asked):
        ended = checkout.samebits(
            "doctor", "--json", DOCKER_HOST=address, UV_DEFAULT_INDEX="http://127.0.0.1:9/simple"
        )
    assert asked.is_set()
    assert ended.code == 4
    engine, *_ = json.loads(ended.out)["checks"]
    said = f"no Docker engine answers at {address}: no answer within the deadline"
    assert (engine["check"], engine["mark"], engine["fact"]) == ("engine", "no", said)
    assert time.monotonic() - start < 12


# options


@pytest.mark.parametrize("given", ["3.11", "3.11=", "=image", "2.7=image", "image"])
def test_a_base_of_another_form(checkout: Checkout, given: str) -> None:
    said = f"error: --base {given}: not of the form 3.11=IMAGE\n"
    assert checkout.samebits("run", "--base", given) == Ended(2, "", said)
    assert checkout.samebits("plan", SAMEBITS_BASE=given) == Ended(2, "", said)


@pytest.mark.parametrize("command", ["plan", "run", "doctor"])
def test_a_gpu_that_is_not_there(checkout: Checkout, command: str) -> None:
    by_option = checkout.samebits(command, "--gpu", "NVIDIA-of-no-host")
    by_variable = checkout.samebits(command, SAMEBITS_GPU="NVIDIA-of-no-host")
    for ended, asked_by in ((by_option, "--gpu"), (by_variable, "SAMEBITS_GPU")):
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(f"error: {asked_by} NVIDIA-of-no-host: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["list", "--nonsense"],
        ["run", "--jobs", "0"],
        ["run", "--jobs", "many"],
        ["run", "--trials", "0"],
        ["run", "--trials", "1001"],
        ["plan", "--engine", "podman"],
        ["report", "--format", "pdf"],
        ["list", "--only"],
        ["run", "--gpu"],
        ["plan", "--require-gpu"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_wrong(checkout: Checkout, arguments: list[str]) -> None:
    assert checkout.samebits(*arguments).code == 2


def test_a_report_of_nothing(checkout: Checkout) -> None:
    assert checkout.samebits("report") == Ended(
        3,
        "",
        f"error: {checkout.root}/results: no results yet\n  → run `nox -s matrix` first\n",
    )


# what works without an engine


def test_list(checkout: Checkout) -> None:
    assert checkout.samebits("list") == Ended(0, "\n".join(IDS) + "\n", "")


def test_list_for_programs(checkout: Checkout) -> None:
    ended = checkout.samebits("list", "--json", "--only", "tensorflow=2.20.0")
    assert (ended.code, ended.err) == (0, "")
    (row,) = json.loads(ended.out)
    assert row["cell"] == IDS[1]
    assert row["axes"]["tensorflow"] == "2.20.0"


def test_the_matrix_file_may_be_named_by_a_variable(checkout: Checkout) -> None:
    (checkout.root / "matrix.yaml").rename(checkout.root / "other.yaml")
    ended = checkout.samebits("list", SAMEBITS_MATRIX="other.yaml")
    assert (ended.code, ended.out.splitlines()) == (0, IDS)


def test_version(checkout: Checkout) -> None:
    assert checkout.samebits("--version") == Ended(0, f"samebits {__version__}\n", "")


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "list",
        "plan",
        "doctor",
        "lock",
        "report",
        "lint",
        "changes",
        "explain",
        "cases",
        "clean",
    ],
)
def test_every_command_has_help(checkout: Checkout, command: str) -> None:
    ended = checkout.samebits(command, "--help")
    assert ended.code == 0
    assert "Usage:" in ended.out
