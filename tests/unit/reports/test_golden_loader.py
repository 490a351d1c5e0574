"""What downstream tests load: the golden of the environment that is active, and no other."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from unit.reports.goldens import export, imported, tensorflow
from unit.results.stored_arrays import add
from unit.results.synthetic import cell, key

from runner.environments import cpu
from runner.environments.cpu import parse_cpuinfo
from runner.reports.golden_files import LOADER
from runner.reports.golden_loader import active, selection
from runner.results.loaded import LoadedArray
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from unit.results.stored_arrays import Repeat

HERE = parse_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8")).host_class
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
OLD, NEW = cell("2.19.1", python=PYTHON), cell("2.20.0", python=PYTHON)
OFF = cell("2.20.0", python=PYTHON, determinism="off")
ONES, TWOS = np.ones((2, 2), "<f4"), np.full((2, 2), 2, "<f4")
HALF = LoadedArray("bfloat16", np.array([0x3F80, 0xBFC0], "<u2"))
NAMED: dict[str, Any] = {
    "tensorflow": "2.20.0",
    "host_class": HERE,
    "device": "cpu",
    "determinism": "on",
    "threads": 2,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Goldens of three cells on this host.

    `steady` never changes, `changed` does between releases, `varies` without determinism.
    """
    store = Store(tmp_path / "results")
    one: list[Repeat] = [{"out": ONES}] * 2
    two: list[Repeat] = [{"out": TWOS}] * 2
    half: list[Repeat] = [{"bits": HALF, "sum": ONES}] * 2
    unsteady: list[Repeat] = [{"out": ONES}, {"out": TWOS}]
    for of, changed, varies in ((OLD, one, one), (OFF, two, unsteady), (NEW, two, one)):
        cases = {"steady": one, "changed": changed, "varies": varies, "half": half}
        add(store, of, cases, trial_key=key(of, host_class=HERE))
    export(store, tmp_path / "goldens")
    return tmp_path / "goldens"


@pytest.fixture
def goldens(folder: Path) -> ModuleType:
    return imported(folder)


def told(goldens: ModuleType, case: str, **environment: object) -> str:
    """What is said where there is no golden."""
    with pytest.raises(goldens.NoGoldenError) as caught:
        goldens.load(case, **environment)
    return str(caught.value)


# what is active


def use(monkeypatch: pytest.MonkeyPatch, tf: ModuleType) -> None:
    """Have this TensorFlow be the one that is imported."""
    monkeypatch.setitem(sys.modules, "tensorflow", tf)
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    monkeypatch.delenv("TF_DETERMINISTIC_OPS", raising=False)


def test_the_golden_of_the_environment_that_is_active(
    goldens: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, tensorflow("2.20.0"))
    golden = goldens.load("changed")
    assert (golden.case, golden.cell, golden.seed) == ("changed", NEW.id, 42)
    assert golden.arrays["out"].tolist() == TWOS.tolist()
    use(monkeypatch, tensorflow("2.19.1"))
    assert goldens.load("changed").arrays["out"].tolist() == ONES.tolist()
    assert goldens.cases() == ["changed", "half", "steady", "varies"]


def test_never_a_golden_of_something_else(
    goldens: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, tensorflow("2.19.0", threads=8))
    assert told(goldens, "steady") == (
        "no golden of 'steady' for determinism on, device cpu, env none, "
        f"host_class {HERE}, onednn default, python {PYTHON}, tensorflow 2.19.0, "
        "tf32 default or on, threads 8, xla default or off; the nearest are of\n"
        f"  {OLD.id}: tensorflow 2.19.1, threads 2\n"
        f"  {NEW.id}: tensorflow 2.20.0, threads 2\n"
        f"  {OFF.id}: tensorflow 2.20.0, determinism off, threads 2"
    )


def test_a_case_that_varies_has_none_and_says_so(
    goldens: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, tensorflow("2.20.0", deterministic=False))
    assert told(goldens, "varies") == (
        f"no golden of 'varies' in {OFF.id}: it varies from run to run (in one process)"
    )


def test_without_tensorflow_it_has_to_be_named(
    goldens: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert told(goldens, "steady", tensorflow="2.20.0", threads=2) == (
        "what is active can't be told here; name it: "
        "load(..., host_class=..., device=..., determinism=...)"
    )


@pytest.mark.parametrize(
    ("tf", "variables", "found"),
    [
        pytest.param(
            tensorflow("2.20.0"),
            {},
            {
                "tensorflow": ("2.20.0",),
                "device": ("cpu",),
                "determinism": ("on",),
                "threads": ("2",),
                "onednn": ("default",),
                "tf32": ("default", "on"),
                "xla": ("default", "off"),
                "host_class": (HERE,),
            },
            id="as in a quiet cell",
        ),
        pytest.param(
            tensorflow("2.20.0", deterministic=False, tf32=False, jit="autoclustering"),
            {"TF_ENABLE_ONEDNN_OPTS": "0"},
            {"determinism": ("off",), "tf32": ("off",), "xla": ("on",), "onednn": ("off",)},
            id="all switched",
        ),
        pytest.param(
            tensorflow("2.7.4", deterministic=False),
            {"TF_DETERMINISTIC_OPS": "1", "TF_ENABLE_ONEDNN_OPTS": "1"},
            {"determinism": ("on",), "onednn": ("on",)},
            id="by variables",
        ),
        pytest.param(
            tensorflow(gpu=("NVIDIA H100 80GB HBM3", (9, 0))),
            {},
            {"device": ("gpu",), "host_class": (f"NVIDIA H100 80GB HBM3 sm_90, {HERE}",)},
            id="gpu",
        ),
    ],
)
def test_what_is_active(
    monkeypatch: pytest.MonkeyPatch,
    tf: ModuleType,
    variables: dict[str, str],
    found: dict[str, tuple[str, ...]],
) -> None:
    use(monkeypatch, tf)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    now = active.active()
    assert {axis: now[axis] for axis in found} == found
    assert (now["python"], now["env"]) == ((PYTHON,), ("none",))


def test_threads_that_nobody_set_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tensorflow(threads=0))
    assert active.active()["threads"] == (str(active.processors()),)
    assert active.processors() >= 1


def test_cuda_and_cudnn_are_those_that_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.syspath_prepend(tmp_path)
    for name, version in (("cuda_toolkit", "12.9.1"), ("nvidia_cudnn_cu12", "9.10.2.21")):
        about = tmp_path / f"{name}-{version}.dist-info"
        about.mkdir()
        project = name.replace("_", "-")
        (about / "METADATA").write_text(f"Name: {project}\nVersion: {version}\n", encoding="utf-8")
    now = active.active()
    assert (now["cuda"], now["cudnn"]) == (("12.9.1",), ("9.10.2.21",))


def test_the_levels_are_those_by_which_samebits_names_a_host() -> None:
    assert active.LEVELS == cpu._LEVELS
    assert active.cpu_class() == HERE


# what is named


def test_what_is_named_takes_the_place_of_what_is_active(
    goldens: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, tensorflow("2.21.0"))
    assert goldens.load("changed", tensorflow="2.19.1").cell == OLD.id
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert goldens.load("changed", **NAMED).cell == NEW.id


def test_any_value_will_do_where_all_have_the_same_golden(
    goldens: ModuleType,
) -> None:
    assert goldens.load("steady", **{**NAMED, "tensorflow": None}).cell == OLD.id
    assert told(goldens, "changed", **{**NAMED, "tensorflow": None}).startswith(
        f"more than one golden of 'changed' fits; name tensorflow:\n  {OLD.id}: "
    )
    assert told(goldens, "varies", **{**NAMED, "determinism": None}) == (
        "more than one golden of 'varies' fits; name determinism:\n"
        f"  {OFF.id}: it varies from run to run (in one process)\n"
        f"  {NEW.id}: {goldens.load('varies', **NAMED) and golden_name(goldens, 'varies')}"
    )


def golden_name(goldens: ModuleType, case: str) -> str:
    (name,) = goldens.read_selector()["arrays"][case]
    return str(name)


def test_an_axis_there_is_not(goldens: ModuleType) -> None:
    with pytest.raises(TypeError, match="there is no axis 'tensorfow'; there are determinism, dev"):
        goldens.load("steady", tensorfow="2.20.0")


def test_a_case_there_is_not(goldens: ModuleType) -> None:
    assert (
        told(goldens, "stedy", **NAMED) == "there is no case 'stedy' here, did you mean 'steady'?"
    )
    assert told(goldens, "zzz", **NAMED) == "there is no case 'zzz' here"


H100 = "H100 sm_90 132 SMs, cpu avx2"


@pytest.mark.parametrize(
    ("has", "wanted"),
    [
        ("cpu avx2", "cpu avx2"),
        (H100, H100),
        (H100, "H100 sm_90, cpu avx2"),
        ("H100 sm_90, cpu avx2", "H100 sm_90, cpu avx2"),
    ],
)
def test_a_gpu_may_be_named_without_its_multiprocessors(has: str, wanted: str) -> None:
    assert selection.same("host_class", has, wanted)


@pytest.mark.parametrize(
    ("has", "wanted"),
    [
        ("cpu avx2", "cpu avx"),
        (H100, "H100 sm_90 114 SMs, cpu avx2"),
        (H100, "H100 sm_9, cpu avx2"),
        (H100, "H100 sm_90, cpu avx"),
        (H100, "cpu avx2"),
        ("cpu avx2", "H100 sm_90, cpu avx2"),
    ],
)
def test_another_host_class_is_another(has: str, wanted: str) -> None:
    assert not selection.same("host_class", has, wanted)


# comparing


def test_the_same_bits_pass(goldens: ModuleType) -> None:
    goldens.load("changed", **NAMED).check({"out": TWOS.copy()})
    goldens.load("changed", **NAMED).check(TWOS)  # it has one output


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(
            np.array([[2, 2], [2.5, 0]], "<f4"),
            "out: 2 of 4 elements differ, the first at (1, 0); greatest absolute difference 2",
            id="values",
        ),
        pytest.param(
            np.array([[2, 2], [2, np.nan]], "<f4"),
            "out: 1 of 4 elements differ, the first at (1, 1); greatest absolute difference 0",
            id="a NaN",
        ),
        pytest.param(
            TWOS.astype("<f8"), "out: it is float64 (2, 2), not float32 (2, 2)", id="type"
        ),
        pytest.param(TWOS[0], "out: it is float32 (2,), not float32 (2, 2)", id="shape"),
    ],
)
def test_other_bits_fail_and_say_how(goldens: ModuleType, found: object, said: str) -> None:
    with pytest.raises(AssertionError) as caught:
        goldens.load("changed", **NAMED).check({"out": found})
    assert str(caught.value) == f"changed: other bits than those of {NEW.id}\n  {said}"


def test_bits_not_equality(goldens: ModuleType) -> None:
    assert goldens.difference(np.float32(-0.0), np.zeros((), "<f4"), "float32") == (
        "1 of 1 elements differ, the first at (0); greatest absolute difference 0"
    )
    nan = np.array([np.nan], "<f4")
    assert goldens.difference(nan, nan.copy(), "float32") == ""
    assert goldens.difference(np.array([], "<i8"), np.array([], "<i8"), "int64") == ""
    assert goldens.difference(np.array([1, 2]), np.array([1, 3]), "int64") == (
        "1 of 2 elements differ, the first at (1)"
    )


def test_all_outputs_have_to_be_there(goldens: ModuleType) -> None:
    with pytest.raises(AssertionError, match="half has the outputs bits, sum, not sum"):
        goldens.load("half", **NAMED).check({"sum": ONES})


def test_a_type_that_numpy_lacks_is_compared_by_its_bits(
    goldens: ModuleType,
) -> None:
    golden = goldens.load("half", **NAMED)
    assert golden.dtypes == {"bits": "bfloat16", "sum": "float32"}
    assert golden.arrays["bits"].tolist() == [0x3F80, 0xBFC0]


# files that are not as they were written


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="gone"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(
            lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
            id="a pointer of Git LFS",
        ),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-80]), id="cut"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes().replace(b"\0\0\0\x40", b"\1\0\0\x40")),
            id="changed",
        ),
    ],
)
def test_a_damaged_file_is_told_with_its_place(
    folder: Path, damage: Callable[[Path], object]
) -> None:
    goldens = imported(folder)
    for path in folder.glob("arrays/changed/*.npz"):
        damage(path)
    with pytest.raises(goldens.DamagedGoldenError) as caught:
        goldens.load("changed", **NAMED)
    assert str(caught.value).startswith(f"{folder}/arrays/changed/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "goldens.json: can't be read: Expecting property name"),
        ("[]", "goldens.json: can't be read: list indices must be"),
        ('{"schema_version": 2}', "goldens.json: of schema 2, not 1; export it anew"),
    ],
)
def test_a_selector_that_is_none(folder: Path, text: str, said: str) -> None:
    (folder / "goldens.json").write_text(text, encoding="utf-8")
    goldens = imported(folder)
    with pytest.raises(goldens.DamagedGoldenError, match=said):
        goldens.load("changed", **NAMED)


@pytest.mark.parametrize("path", sorted(LOADER.glob("*.py")), ids=lambda path: path.name)
def test_it_is_python_3_8_and_needs_numpy_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {one.name.partition(".")[0] for one in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            named.add((node.module or "").partition(".")[0])
    assert named - set(sys.stdlib_module_names) <= {"numpy"}
