"""The command `verify`, with an interpreter that answers by a script in TensorFlow's place."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import case, cell, key, probe, trials

from runner.cli.app import app
from runner.environments.cpu import parse_cpuinfo
from runner.environments.own_probe import OwnProbe
from runner.environments.probe import find_probe
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result


HERE = parse_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8")).host_class
OLD, NEW = cell("2.19.1"), cell("2.20.0", determinism="off")
PYTHON = """\
#!{executable}
import json, os, pathlib, sys, time

here, asked = pathlib.Path(__file__).parent, sys.argv[1:]
if "-c" in asked:
    print(json.dumps({{"python": "3.11.7", "tensorflow": "2.20.0"}}))
    sys.exit()
(here / "asked").open("a").write(json.dumps([asked, dict(os.environ)]) + "\\n")
if (here / "crash").exists():
    print("import-failed: no such module")
    sys.exit(4)
option = {{name: value for name, value in zip(asked, asked[1:])}}
result = json.loads((here / "result.json").read_text())
result.update(order=option["--order"], seed=int(option["--seed"]))
pathlib.Path(option["--out"], "result.json").write_text(json.dumps(result))
"""


@dataclass
class Bench:
    """A store of two cells, and an interpreter whose cases have the bits that are given."""

    root: Path

    def store(self, *, probe_is: str = "", host_class: str = HERE, at: int = 0) -> None:
        for of, words in ((OLD, {"a": "xx", "b": "xx"}), (NEW, {"a": "xx", "b": "yy"})):
            made = key(
                of,
                probe=probe_is or find_probe().sha256,
                engine="venv",
                host_class=host_class,
                seed=7,
            )
            for record in trials(of, words, trial_key=made, at=at):
                Store(self.root / "results").add(record)

    def interpreter(self, **words: str) -> Path:
        python = self.root / "mine" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(PYTHON.format(executable=sys.executable), encoding="utf-8")
        python.chmod(0o755)
        output = probe(*(case(name, *bits) for name, bits in words.items()))
        python.with_name("result.json").write_text(output.model_dump_json(), encoding="utf-8")
        return python

    def verify(self, *arguments: str, **variables: str) -> Result:
        where = ("--all", "--results", str(self.root / "results"))
        return CliRunner().invoke(app, ["verify", *where, *arguments], env=variables)

    @property
    def asked(self) -> list[tuple[list[str], dict[str, str]]]:
        """With what arguments and variables the trials were started."""
        lines = (self.root / "mine" / "bin" / "asked").read_text(encoding="utf-8").splitlines()
        return [tuple(json.loads(line)) for line in lines]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    before = signal.getsignal(signal.SIGTERM)
    yield Bench(tmp_path)
    signal.signal(signal.SIGTERM, before)


def held(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (root / "results").rglob("*")}


def test_which_cell_the_named_interpreter_behaves_like(bench: Bench) -> None:
    bench.store()
    python, before = bench.interpreter(a="xx", b="yy"), held(bench.root)
    ended = bench.verify("--python", str(python), "--determinism", "off")
    assert (ended.exit_code, ended.stderr.splitlines()) == (
        0,
        [f"trial {number} of 2 in {python}" for number in (1, 2)],
    )
    assert f"It behaves like {NEW.id}: 2 cases do the same.\n" in ended.stdout
    assert held(bench.root) == before  # nothing is kept


def test_the_interpreter_that_is_active(bench: Bench) -> None:
    bench.store()
    python = bench.interpreter(a="xx", b="xx")
    ended = bench.verify(VIRTUAL_ENV=str(python.parents[1]))
    assert ended.exit_code == 0
    assert f"It behaves like {OLD.id}: 2 cases do the same.\n" in ended.stdout


def test_what_a_trial_is_told(bench: Bench) -> None:
    bench.store()
    python = bench.interpreter(a="xx", b="xx")
    bench.verify("--python", str(python), "--xla", "on", TF_ENABLE_ONEDNN_OPTS="0", TF_VAR_A="x")
    (first, variables), (second, _) = bench.asked
    assert " ".join(first).endswith(
        "--seed 7 --repeats 2 --order forward --device cpu --determinism on --threads 2 "
        "--onednn default --tf32 default --xla on"
    )
    assert "--order reversed" in " ".join(second)
    assert variables["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert "TF_VAR_A" not in variables


def test_a_setting_that_differs_from_the_cell_s_is_told(bench: Bench) -> None:
    bench.store()
    python = bench.interpreter(a="xx", b="yy")
    ended = bench.verify("--python", str(python), "--determinism", "on", "--threads", "4")
    assert f"It behaves like {NEW.id}: 2 cases do the same.\n" in ended.stdout
    assert "there → here: determinism off → on and threads 2 → 4.\n" in ended.stdout


def test_for_programs(bench: Bench) -> None:
    bench.store()
    ended = bench.verify("--python", str(bench.interpreter(a="xx", b="zz")), "--json")
    assert ended.exit_code == 0
    document = json.loads(ended.stdout)
    assert (document["behaves_like"], document["nearest"]) == ([], [OLD.id, NEW.id])
    assert [one["new_bits"] for one in document["cases"]] == [False, True]


@pytest.mark.parametrize(
    ("pattern", "code"),
    [(NEW.id, 0), ("*", 0), ("py3.11-tf2.20*", 0), (OLD.id, 1), ("py3.11-tf2.19*", 1)],
)
def test_a_cell_may_be_required(bench: Bench, pattern: str, code: int) -> None:
    bench.store()
    python = bench.interpreter(a="xx", b="yy")
    ended = bench.verify("--python", str(python), "--require", pattern)
    assert ended.exit_code == code
    assert "It behaves like" in ended.stdout
    if code:
        assert ended.stderr.endswith(
            f"error: {python} does not behave like {OLD.id}: b\n  → --json gives every case\n"
        )


def test_a_required_cell_there_is_not_is_told_before_anything_runs(bench: Bench) -> None:
    bench.store()
    python = bench.interpreter(a="xx", b="yy")
    ended = bench.verify("--python", str(python), "--require", f"{NEW.id}x")
    assert (ended.exit_code, ended.stderr) == (
        3,
        (
            f"error: --require: no cell with a result is called '{NEW.id}x', did you mean "
            f"'{NEW.id}'?\n  → `python -m runner report` shows which there are\n"
        ),
    )
    assert not (python.parent / "asked").exists()


def test_a_trial_that_does_not_finish(bench: Bench) -> None:
    bench.store()
    python = bench.interpreter(a="xx")
    (python.parent / "crash").touch()
    ended = bench.verify("--python", str(python))
    assert (ended.exit_code, ended.stdout) == (5, "")
    assert ended.stderr == (
        f"trial 1 of 2 in {python}\n"
        "  import-failed: no such module\n"
        f"error: {python}: run failed: the probe ended with exit code 4: import-failed: "
        "no such module\n"
        "  → put this right and verify again; nothing was kept\n"
    )


def test_results_of_another_probe_are_not_compared(bench: Bench) -> None:
    bench.store(probe_is="another")
    ended = bench.verify("--python", str(bench.interpreter(a="xx")))
    assert (ended.exit_code, ended.stderr) == (
        3,
        (
            "error: the stored results are of another probe than the one that would run now\n"
            "  → run `nox -s matrix` first\n"
        ),
    )


OWN = """\
from probe import case

@case("a")
def a(lab):
    return lab.seed
"""


def test_one_s_own_cases_run_where_the_matrix_names_them(bench: Bench) -> None:
    matrix = (
        'version: 1\nenvironments:\n  cpu: {python: "3.11", tensorflow: "2.20.0"}\n'
        "settings: {determinism: [off]}\nprobe: {path: my.py, repeats: 2}\n"
    )
    (bench.root / "matrix.yaml").write_text(matrix, encoding="utf-8")
    (bench.root / "my.py").write_text(OWN, encoding="utf-8")
    own = replace(find_probe(), own=OwnProbe("my.py", OWN.encode()))
    python = bench.interpreter(a="xx", b="yy")
    bench.store()
    assert bench.verify("--python", str(python)).exit_code == 3  # of another probe
    bench.store(probe_is=own.sha256, at=60)
    ended = bench.verify("--python", str(python))
    assert ended.exit_code == 0, ended.stderr
    assert "/yours/my.py --seed 7 --repeats 2" in " ".join(bench.asked[0][0])


def test_results_of_another_host_class_only_with_a_warning(bench: Bench) -> None:
    bench.store(host_class="cpu avx")
    ended = bench.verify("--python", str(bench.interpreter(a="xx", b="yy")))
    assert ended.exit_code == 0
    assert f"Warning: those are of another host class than {HERE}" in ended.stdout


def test_those_of_the_same_host_class_come_first(bench: Bench) -> None:
    bench.store(host_class="cpu avx")
    bench.store()
    ended = bench.verify("--python", str(bench.interpreter(a="xx", b="yy")))
    assert f"Compared with the results of: venv, not Docker, {HERE}.\n" in ended.stdout
    assert "Warning" not in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--python", "/nowhere"], 2, "error: /nowhere: there is no such interpreter"),
        (["--python", "/bin/true"], 4, "error: /bin/true does not run as a Python"),
        (["--device", "gpu"], 3, "error: no "),
        (["--trials", "1"], 2, ""),
        (["--determinism", "maybe"], 2, ""),
    ],
)
def test_what_can_not_be_done(bench: Bench, arguments: list[str], code: int, said: str) -> None:
    bench.store()
    bench.interpreter(a="xx")
    active = {"VIRTUAL_ENV": str(bench.root / "mine")}
    ended = bench.verify(*arguments, **active)
    assert ended.exit_code == code
    assert said in ended.stderr


def test_nothing_is_stored(bench: Bench) -> None:
    ended = bench.verify("--python", str(bench.interpreter(a="xx")))
    assert (ended.exit_code, ended.stderr) == (
        3,
        f"error: {bench.root}/results: no results yet\n  → run `nox -s matrix` first\n",
    )


def test_it_has_help() -> None:
    ended = CliRunner().invoke(app, ["verify", "--help"])
    assert ended.exit_code == 0
    assert "Usage:" in ended.stdout
