"""What the probe writes, read back by the runner's own schema."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from probe.digest import digest
from probe.host.fingerprint import Fingerprint
from probe.host.gpu import Gpu
from probe.host.libraries import Library
from probe.host.onednn import OneDnn
from probe.result import ArrayFolder, CaseOutput, Output, Result, write
from runner.results.probe_output import ProbeOutput

if TYPE_CHECKING:
    from pathlib import Path

FINGERPRINT = Fingerprint(
    python="3.11.7",
    tensorflow="2.20.0",
    numpy="2.4.6",
    keras="3.15.1",
    build={"is_cuda_build": "True"},
    packages={"numpy": "2.4.6"},
    libraries=("/opt/env/lib/libcudnn.so.9", "/opt/env/lib/libnccl.so.2"),
    loaded=(
        Library("cudnn", "/opt/env/lib/libcudnn.so.9", "9.3.0", "cudnnGetVersion"),
        Library("nccl", "/opt/env/lib/libnccl.so.2", reason="it ended the process"),
    ),
    variables={"TF_ENABLE_ONEDNN_OPTS": "0"},
    cpu_model="AMD EPYC",
    cpu_flags=("sse", "avx2"),
    gpus=(Gpu("NVIDIA H100", "9.0", "GPU-1", 132, 80 * 2**30), Gpu("NVIDIA H100", "9.0")),
    driver="550.90.07",
    driver_cuda="12.4",
    intra_op_threads=2,
    inter_op_threads=2,
    op_determinism=None,
    tf32=True,
    xla_jit="off",
    dtype_policy="float32",
    onednn=OneDnn(enabled=None, isa="avx2", isa_source="derived from the processor's flags"),
)


def a_result(seconds: float = 2.5) -> Result:
    output = Output("out", "bfloat16", (2, 3), ("0" * 64, "1" * 64), stored=True)
    cases = (
        CaseOutput("a", "stream", "ok", "", (output,), (0.5, 0.25)),
        CaseOutput("b", "stream", "unsupported", "TensorFlow 2.4.0 has no tf.x"),
        CaseOutput("c", "train", "error", "ValueError: \ud800".encode("utf-8", "replace").decode()),
    )
    return Result("reversed", 42, 2, ("A=1",), FINGERPRINT, seconds, cases)


def test_the_runner_reads_what_the_probe_writes(tmp_path: Path) -> None:
    write(a_result(), tmp_path)
    read = ProbeOutput.model_validate_json((tmp_path / "result.json").read_text())
    assert (read.schema_version, read.order, read.seed, read.repeats) == (2, "reversed", 42, 2)
    assert [case.status for case in read.cases] == ["ok", "unsupported", "error"]
    assert read.cases[0].outputs[0].shape == (2, 3)
    assert asdict(FINGERPRINT) == read.fingerprint.model_dump()


def test_no_temporary_file_stays(tmp_path: Path) -> None:
    write(a_result(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_what_json_does_not_have_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        write(a_result(seconds=float("nan")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_array_is_stored_under_its_digest(tmp_path: Path) -> None:
    array = np.array([[1.5, -0.0]], np.float32)
    assert ArrayFolder(tmp_path / "arrays").keep(digest(array), array)
    loaded = np.load(tmp_path / "arrays" / f"{digest(array)}.npy", allow_pickle=False)
    assert digest(loaded) == digest(array)
    assert [path.suffix for path in (tmp_path / "arrays").iterdir()] == [".npy"]


def test_a_foreign_type_loads_without_pickle(tmp_path: Path) -> None:
    array = np.frombuffer(bytes.fromhex("803fc0bf"), "V2")
    ArrayFolder(tmp_path).keep("d", array)
    assert np.load(tmp_path / "d.npy", allow_pickle=False).tolist() == [0x3F80, 0xBFC0]


def test_an_array_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    (tmp_path / "d.npy").write_bytes(b"there")
    assert ArrayFolder(tmp_path).keep("d", np.zeros(3))
    assert (tmp_path / "d.npy").read_bytes() == b"there"


@pytest.mark.parametrize(("count", "stored"), [(2**18, True), (2**18 + 1, False)])
def test_one_mebibyte_is_the_limit(tmp_path: Path, count: int, *, stored: bool) -> None:
    assert ArrayFolder(tmp_path).keep("d", np.zeros(count, np.float32)) is stored
    assert (tmp_path / "d.npy").exists() is stored
