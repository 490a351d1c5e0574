"""The catalogue of cases, and the promises that hold for the whole package."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import probe
from probe.catalogue import CASES, select
from probe.registry import OLDEST
from runner.results.probe_output import Name

FOLDER = Path(probe.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
FAMILIES = (
    "stream",
    "dropout",
    "init",
    "data",
    "image",
    "maths",
    "reduce",
    "matmul",
    "conv",
    "scatter",
    "loss",
    "rnn",
    "linalg",
    "xla",
    "train",
)
RELEASE = re.compile(r"2\.\d{1,2}")
# Where a source can be read: a host with a path, then perhaps the place in the document.
READABLE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+/\S+( \S+)*")


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_says_what_it_is_in_words_a_table_can_hold(case: probe.registry.Case) -> None:
    TypeAdapter(Name).validate_python(case.name)
    assert case.family in FAMILIES
    for sentence in (case.exercises, case.may_vary):
        assert 0 < len(sentence) <= 100
        assert "\n" not in sentence
        assert "|" not in sentence


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_names_a_source_that_one_can_open(case: probe.registry.Case) -> None:
    assert READABLE.fullmatch(case.source), case.source
    assert len(case.source) <= 200


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_names_the_release_that_first_has_it(case: probe.registry.Case) -> None:
    assert RELEASE.fullmatch(case.since), case.since
    assert minor(case.since) >= minor(OLDEST)


def test_there_are_at_least_sixty_cases() -> None:
    assert len(CASES) >= 60


def test_every_family_has_a_case_and_they_run_family_by_family() -> None:
    assert tuple(family for family, _ in groupby(case.family for case in CASES)) == FAMILIES


def test_a_stream_is_drawn_and_nothing_is_computed_from_it() -> None:
    family = {case.name: case.family for case in CASES}
    assert family["random.matmul.eager"] == "matmul"
    modules = {case.body.__module__ for case in CASES if case.family == "stream"}
    sources = [FOLDER.parent / f"{name.replace('.', '/')}.py" for name in sorted(modules)]
    called = {
        node.func.attr
        for source in sources
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not {name for name in called if "matmul" in name or "reduce" in name}


@pytest.mark.parametrize(
    ("claim", "names"),
    [
        ("re-seeded in one process", ["random.normal.eager", "random.normal.op_seed"]),
        ("in a function", ["random.normal.function", "random.normal.function.reseeded"]),
        ("dropout", ["nn.dropout", "nn.dropout.function", "nn.dropout.mask", "keras.dropout"]),
        ("stateless", ["random.stateless_normal.eager", "random.stateless_philox.xla"]),
        ("a racing map and its remedies", ["data.map.parallel", "data.map.stateless_parallel"]),
        ("no deterministic kernel", ["image.resize_nearest.grad", "image.crop_and_resize.grad"]),
    ],
)
def test_what_is_claimed_in_public_has_its_cases(claim: str, names: list[str]) -> None:
    known = {case.name for case in CASES}
    assert [name for name in names if name not in known] == [], claim


def test_every_module_of_cases_is_in_the_catalogue() -> None:
    modules = {f"probe.cases.{path.stem}" for path in FOLDER.glob("cases/[!_]*.py")}
    assert {case.body.__module__ for case in CASES} == modules


def test_selecting_by_glob_keeps_the_order() -> None:
    names = [case.name for case in select(["train.lstm.*", "matmul.float32"], "forward")]
    assert names == ["matmul.float32", "train.lstm.eager", "train.lstm.function", "train.lstm.xla"]


def test_reversed_is_the_same_catalogue_backwards() -> None:
    assert select(["*"], "reversed") == CASES[::-1]


def test_nothing_matches_nothing() -> None:
    assert select(["no.such"], "forward") == ()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_syntax_is_python_3_8(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom)][:1]
    assert len(tree.body) == 1 or future[0].module == "__future__"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_functions_are_short(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
    ]
    too_long = [node.name for node in functions if node.end_lineno - node.lineno >= 40]  # type: ignore[operator]  # None is filtered above
    assert too_long == []


def test_importing_the_probe_imports_no_tensorflow() -> None:
    ask = "import sys, probe.__main__; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={"PYTHONPATH": str(FOLDER.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]


def minor(release: str) -> int:
    return int(release.split(".")[1])
