"""From the command line through NVIDIA's own Python module down to a library, compiled here.

The library is a stand-in; the functions, structures and numbers are those that `pynvml` takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from compiling import stand_in

ROOT = Path(__file__).parents[3]
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
MATRIX = f"""\
version: 1
environments:
  cpu: {{python: "{PYTHON}", tensorflow: ["2.20.0"]}}
  gpu: {{python: "{PYTHON}", tensorflow: ["2.20.0"], cuda: ["12.9.1"], cudnn: ["9.10.2.21"]}}
settings: {{determinism: [on]}}
"""
H100 = "GPU-1a2b3c4d-0|NVIDIA H100 80GB HBM3|9.0|16896|0|84825604096|85899345920|0|"
T4 = "GPU-22222222-0|NVIDIA T4|7.5|2560|0|16000000000|16106127360|0|"
A100 = "GPU-33333333-0|NVIDIA A100-SXM4-40GB|8.0|6912|1|42000000000|42949672960|0|"
HOST = f"580.65.06\n{H100}\n{T4}\n{A100}"

MISMATCH = "RM has detected an NVML/RM version mismatch"


class Machine:
    """A folder with a matrix file, and a library that lists GPUs."""

    def __init__(self, folder: Path, library: Path) -> None:
        self._folder = folder
        self._library = library
        (folder / "matrix.yaml").write_text(MATRIX, encoding="utf-8")

    def samebits(self, gpus: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command where the library lists these GPUs."""
        listed = self._folder / "gpus"
        listed.write_text(gpus + "\n", encoding="utf-8")
        variables = {
            "PYTHONPATH": str(ROOT),
            "LD_LIBRARY_PATH": str(self._library),
            "NVML_STAND_IN": str(listed),
            "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
            "DOCKER_HOST": f"unix://{self._folder}/none",
        }
        return subprocess.run(
            [sys.executable, "-m", "runner", *arguments],
            cwd=self._folder,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def planned(self, gpus: str, *arguments: str) -> tuple[str, str, str]:
        """What becomes of the GPU cell: its action, its reason, and on which GPUs it runs."""
        ended = self.samebits(gpus, "plan", "--engine", "venv", "--json", *arguments)
        assert ended.returncode == 0, ended.stderr
        document = json.loads(ended.stdout)
        (row,) = [row for row in document["cells"] if row["axes"]["device"] == "gpu"]
        return row["action"], row["reason"], document["gpus"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the compiled library."""
    return stand_in("nvml.c", "libnvidia-ml.so.1", tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def machine(tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for name in ("SAMEBITS_GPU", "SAMEBITS_BASE", "SAMEBITS_MATRIX"):
        monkeypatch.delenv(name, raising=False)
    return Machine(tmp_path, library)


@pytest.mark.parametrize(
    ("gpus", "given", "planned"),
    [
        pytest.param(
            HOST,
            ("--gpu", "t4"),
            ("run", "", "GPU cells run on GPU 1 NVIDIA T4 (GPU-22222222)"),
            id="the one asked for",
        ),
        pytest.param(
            f"580.65.06\n{A100}",
            (),
            (
                "no-gpu",
                "the only GPUs are in MIG mode, which are not used: NVIDIA A100-SXM4-40GB",
                "",
            ),
            id="in MIG mode",
        ),
        pytest.param(
            "error 18",
            (),
            ("no-gpu", f"NVML does not tell of the GPUs of this host: {MISMATCH}", ""),
            id="a driver that was updated under it",
        ),
    ],
)
def test_what_becomes_of_a_gpu_cell(
    machine: Machine, gpus: str, given: tuple[str, ...], planned: tuple[str, str, str]
) -> None:
    assert machine.planned(gpus, *given) == planned


def test_a_gpu_that_is_not_there_is_told_with_those_that_are(machine: Machine) -> None:
    ended = machine.samebits(HOST, "plan", "--gpu", "3")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "error: --gpu 3: there is no such GPU\n"
        "  → There are: GPU 0 NVIDIA H100 80GB HBM3 (GPU-1a2b3c4d); GPU 1 NVIDIA T4 "
        "(GPU-22222222); GPU 2 NVIDIA A100-SXM4-40GB (GPU-33333333).\n"
    )


def test_a_doctor_tells_of_each_gpu_and_who_is_on_it(machine: Machine) -> None:
    name = Path(f"/proc/{os.getpid()}/comm").read_text(encoding="utf-8").strip()
    busy = HOST.replace(H100, f"{H100}{os.getpid()}")
    ended = machine.samebits(busy, "doctor", "--json")
    checks = {row["check"]: row for row in json.loads(ended.stdout)["checks"]}
    assert checks["GPU 0"]["mark"] == "warn"
    assert checks["GPU 0"]["fact"] == (
        "NVIDIA H100 80GB HBM3 (GPU-1a2b3c4d), 132 SMs, driver 580.65.06; chosen, but used "
        f"by pid {os.getpid()} ({name}), 1.0 of 80.0 GiB in use"
    )
    assert checks["GPU 1"]["fact"] == (
        "NVIDIA T4 (GPU-22222222), 40 SMs, driver 580.65.06; not chosen: of another class"
    )
    assert checks["GPU 2"]["fact"] == (
        "NVIDIA A100-SXM4-40GB (GPU-33333333), 108 SMs, driver 580.65.06; not chosen: it is in MIG "
        "mode"
    )
