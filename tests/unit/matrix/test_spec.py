"""What a right matrix.yaml becomes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from unit.matrix.matrix_text import SMALL

from probe import arguments
from runner.errors import InputError
from runner.matrix import spec
from runner.matrix.catalog import refusal
from runner.matrix.problems import MatrixError
from runner.matrix.schema import schema_text
from runner.matrix.spec import Probe

ROOT = Path(__file__).parents[3]


def test_a_small_file_gets_sensible_defaults() -> None:
    matrix = spec.parse(SMALL, "m.yaml")
    assert matrix.probe == Probe(
        trials=3, repeats=2, seed=42, timeout_seconds=600, memory_bytes=8 * 1024**3
    )
    assert matrix.bases == {"3.11": "python:3.11-slim-bookworm"}
    assert matrix.exclude_newer is None
    assert matrix.excluded == ()
    assert [cell.id for cell in matrix.cells] == [
        "py3.11-tf2.20.0.cpu.nodet",
        "py3.11-tf2.20.0.cpu.det",
    ]
    assert {cell.setting.threads for cell in matrix.cells} == {2}


def test_everything_that_can_be_said() -> None:
    matrix = spec.parse(
        """\
version: 1
base: {"3.11": "localhost:5000/base:1", "3.12": sha256:"""
        + "a" * 64
        + """}
resolve: {exclude-newer: 2026-11-01}
environments:
  all:
    device: [cpu, gpu]
    python: [3.11, "3.12"]
    tensorflow: 2.20.0
    cuda: 12.9.1
    cudnn: 9.10.2.21
settings:
  determinism: on
  threads: [1]
  onednn: on
  tf32: off
  xla: default
  env:
    slow: {CUDA_LAUNCH_BLOCKING: 1, A: ""}
probe: {path: probes/my.py, trials: 1, repeats: 5, seed: 0, timeout: 1h, memory: 512m}
""",
        "m.yaml",
    )
    assert matrix.probe == Probe(
        trials=1,
        repeats=5,
        seed=0,
        timeout_seconds=3600,
        memory_bytes=512 * 1024**2,
        path="probes/my.py",
    )
    assert matrix.bases == {"3.11": "localhost:5000/base:1", "3.12": "sha256:" + "a" * 64}
    assert matrix.exclude_newer == "2026-11-01"
    assert [cell.axes for cell in matrix.cells] == [
        {
            "python": python,
            "tensorflow": "2.20.0",
            "cuda": "12.9.1",
            "cudnn": "9.10.2.21",
            "device": device,
            "determinism": "on",
            "threads": "1",
            "onednn": "on",
            "tf32": "off",
            "xla": "default",
            "env": "slow",
        }
        for python in ("3.11", "3.12")
        for device in ("cpu", "gpu")
    ]
    assert {cell.setting.variables for cell in matrix.cells} == {
        (("A", ""), ("CUDA_LAUNCH_BLOCKING", "1"))
    }


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1s", 1), ("90s", 90), ("10m", 600), ("1h", 3600), ("24h", 86_400), ("1440m", 86_400)],
)
def test_times(written: str, seconds: int) -> None:
    matrix = spec.parse(SMALL + f"probe: {{timeout: {written}}}\n", "m.yaml")
    assert matrix.probe.timeout_seconds == seconds


@pytest.mark.parametrize(
    ("written", "size"), [("64m", 2**26), ("512m", 2**29), ("8g", 2**33), ("2000g", 2000 * 2**30)]
)
def test_sizes(written: str, size: int) -> None:
    matrix = spec.parse(SMALL + f"probe: {{memory: {written}}}\n", "m.yaml")
    assert matrix.probe.memory_bytes == size


@pytest.mark.parametrize(
    "name", ["CUDA_MODULE_LOADING", "HOME_OF_X", "LDFLAGS", "NVIDIA_TF32_OVERRIDE", "XLA_FLAGS"]
)
def test_variables_that_only_look_reserved_are_taken(name: str) -> None:
    matrix = spec.parse(SMALL + f"settings: {{env: {{x: {{{name}: y}}}}}}\n", "m.yaml")
    assert {cell.setting.variables for cell in matrix.cells} == {((name, "y"),)}


BOUNDS = json.loads(schema_text())["$defs"]["ProbeSection"]["properties"]


@pytest.mark.parametrize("key", ["seed", "repeats"])
@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_the_probe_takes_what_the_file_takes(key: str, bound: str) -> None:
    value = BOUNDS[key][bound]
    matrix = spec.parse(SMALL + f"probe: {{{key}: {value}}}\n", "m.yaml")
    probe = arguments.parse(["--out", "o", f"--{key}", str(value)])
    assert getattr(matrix.probe, key) == getattr(probe, key) == value


@pytest.mark.parametrize("beyond", [-1, 2**31])
def test_both_refuse_a_seed_beyond(beyond: int) -> None:
    with pytest.raises(MatrixError):
        spec.parse(SMALL + f"probe: {{seed: {beyond}}}\n", "m.yaml")
    with pytest.raises(SystemExit):
        arguments.parse(["--out", "o", "--seed", str(beyond)])


@pytest.mark.parametrize("release", ["2.20.0rc0", "2.21.1", "2.22.0", "3.0.0", "2.15.0.post1"])
def test_releases_the_table_can_not_rule_out_are_taken(release: str) -> None:
    matrix = spec.parse(SMALL.replace("2.20.0", release), "m.yaml")
    assert {cell.environment.tensorflow for cell in matrix.cells} == {release}


def test_an_environment_names_its_own_base_and_the_file_that_of_a_python() -> None:
    text = SMALL + "  own: {python: 3.11, tensorflow: 2.20.0, base: mine:1}\n"
    matrix = spec.parse(text + "base: {3.11: python:3.11-bookworm}\n", "m.yaml")
    environments = dict.fromkeys(cell.environment for cell in matrix.cells)
    assert [environment.base for environment in environments] == [None, "mine:1"]
    assert matrix.bases == {"3.11": "python:3.11-bookworm"}


def test_cuda_inside_the_image() -> None:
    matrix = spec.parse(
        """\
version: 1
environments:
  old:
    python: "3.8"
    tensorflow: "2.4.4"
    cuda: system
    base: nvidia/cuda:11.0.3-cudnn8-runtime-ubuntu20.04
""",
        "m.yaml",
    )
    (environment,) = {cell.environment for cell in matrix.cells}
    assert environment.id.startswith("py3.8-tf2.4.4-cudasystem-base")
    assert environment.base == "nvidia/cuda:11.0.3-cudnn8-runtime-ubuntu20.04"
    assert {cell.setting.device for cell in matrix.cells} == {"gpu"}


def test_a_reason_is_one_line_whatever_it_was() -> None:
    text = (
        SMALL
        + "    exclude:\n      - determinism: on\n        because: >\n          a\n\n          b\n"
    )
    (excluded,) = spec.parse(text, "m.yaml").excluded
    assert excluded.because == "a b"


def test_the_digest_is_of_the_text() -> None:
    assert spec.parse(SMALL, "m.yaml").text_sha256 == hashlib.sha256(SMALL.encode()).hexdigest()
    assert (
        spec.parse(SMALL + "#", "m.yaml").text_sha256 != hashlib.sha256(SMALL.encode()).hexdigest()
    )


def test_a_file_is_read_whole_with_windows_line_ends_and_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    matrix = spec.load(path)
    assert matrix.name == str(path)
    assert matrix.cells == spec.parse(SMALL, "m.yaml").cells


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        spec.load(tmp_path / "matrix.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/matrix.yaml: No such file or directory\n"
        "Run this where matrix.yaml is, name the file with --matrix, or begin one with "
        "`python -m runner init`."
    )


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory"):
        spec.load(tmp_path)


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)
    with pytest.raises(MatrixError, match="larger than 256 KiB"):
        spec.load(path)


def test_the_file_that_is_shipped() -> None:
    matrix = spec.load(ROOT / "matrix.yaml")
    assert (len(matrix.cells), len(matrix.excluded)) == (20 + 2 * (24 - 2), 4)
    assert [cell.id for cell in matrix.cells if refusal(cell.environment)] == []
