"""Failures of a GPU, told apart from what a real engine and a probe's log say, with their remedy.

Each is run by the scheduler beside a cell on the CPU, which must have its result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gpu_bench import Bench, on_cpu, on_gpu, open_engine

from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from private_engine import PrivateEngine

pytestmark = pytest.mark.engine

CLI = "nvidia-container-cli"
OLD = "please update your driver to a newer version, or use an earlier cuda container"
UPDATE = "update the driver, or take an older CUDA"
LIST = "`nvidia-smi -L` lists those it knows; one that is gone may need a restart of the machine"
XID = "https://docs.nvidia.com/deploy/xid-errors/ says what it means; some need a reset of the GPU"
DLOPEN = "Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open"
NO_GPU = "no-gpu: TensorFlow sees 0 GPUs; its log above names the library that did not load"


@pytest.fixture
def bench(gpu_engine: PrivateEngine, tmp_path: Path) -> Iterator[Bench]:
    del gpu_engine
    engine = open_engine()
    yield Bench(engine, tmp_path)
    engine.close()


def test_with_a_hook_that_succeeds_a_trial_has_its_result(bench: Bench) -> None:
    cell = on_gpu("good")
    assert bench.run(cell).cells == {cell.id: (Status.DONE, "")}


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        pytest.param(
            f"{CLI}: initialization error: nvml error: driver not loaded",
            Status.NO_GPU,
            "no NVIDIA driver is loaded on the engine's machine; "
            "install or load it (`modprobe nvidia`), until `nvidia-smi` answers there",
            id="no driver",
        ),
        pytest.param(
            f"{CLI}: requirement error: unsatisfied condition: cuda>=12.6, {OLD}",
            Status.RUN_FAILED,
            f"the NVIDIA driver is too old: the image asks for cuda>=12.6; {UPDATE}",
            id="driver too old",
        ),
        pytest.param(
            f"{CLI}: device error: GPU-1: unknown device",
            Status.RUN_FAILED,
            f"the driver knows no GPU GPU-1; {LIST}",
            id="unknown GPU",
        ),
        pytest.param(
            f"{CLI}.real: device error: MIG-GPU-932bfb2c/1/0: unknown device",
            Status.RUN_FAILED,
            f"the driver knows no GPU MIG-GPU-932bfb2c/1/0; {LIST}",
            id="unknown MIG device",
        ),
        pytest.param(
            "NVRM: Xid (PCI:0000:09:00): 79, pid=0, GPU has fallen off the bus.",
            Status.RUN_FAILED,
            f"the driver reported Xid 79; {XID}",
            id="Xid",
        ),
        pytest.param(
            f"{CLI}: detection error: nvml error: unknown error",
            Status.RUN_FAILED,
            "the NVIDIA container runtime failed; "
            "`nvidia-smi` and `nvidia-container-cli info` on the engine's machine say more",
            id="anything else",
        ),
    ],
)
def test_what_the_hook_says(
    bench: Bench, gpu_engine: PrivateEngine, said: str, status: Status, reason: str
) -> None:
    gpu_engine.tell_hook(said)
    bad, good = on_gpu("bad"), on_cpu("good")
    finished = bench.run(bad, good)
    assert finished.cells[good.id] == (Status.DONE, "")
    found, told = finished.cells[bad.id]
    assert found is status
    assert told.startswith(f"engine: {reason} (")
    assert said.rstrip(".") in told


@pytest.mark.parametrize(
    ("said", "code", "status", "reason"),
    [
        pytest.param(
            "CUDA driver version is insufficient for CUDA runtime version",
            "1",
            Status.RUN_FAILED,
            f"the NVIDIA driver is too old for the CUDA that was loaded; {UPDATE}",
            id="driver too old, error 35",
        ),
        pytest.param(
            "failed to allocate 8.41G from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory",
            "1",
            Status.RUN_FAILED,
            "the GPU ran out of memory; `nvidia-smi` shows which processes hold it",
            id="memory",
        ),
        pytest.param(
            "Loaded runtime CuDNN library: 9.1.0 but source was compiled with: 9.3.0.",
            "1",
            Status.RUN_FAILED,
            "cuDNN 9.1.0 was loaded, and TensorFlow was compiled with 9.3.0; "
            "take a cuDNN of the same major version that is as new at least",
            id="cuDNN too old",
        ),
        pytest.param(
            "CUDA error: no kernel image is available for execution on the device",
            "1",
            Status.RUN_FAILED,
            "the TensorFlow or the CUDA of the environment has no kernels for this GPU; "
            "take a newer release, or another GPU",
            id="no kernels",
        ),
        pytest.param(
            "Failed to load PTX: CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed",
            "1",
            Status.RUN_FAILED,
            "the driver could not compile PTX for this GPU; the CUDA of the environment is too new "
            "for the driver, or too old for the GPU",
            id="PTX",
        ),
        pytest.param(
            "NVRM: Xid (PCI:0000:09:00): 31, pid=7, Ch 00000010",
            "1",
            Status.RUN_FAILED,
            "the driver reported Xid 31, which is most often of the program and not of the GPU; "
            "https://docs.nvidia.com/deploy/xid-errors/ says what it means",
            id="Xid",
        ),
        pytest.param(
            f"{DLOPEN}\n{NO_GPU}",
            "3",
            Status.NO_GPU,
            "TensorFlow could not load libcudnn.so.8; "
            "the CUDA and cuDNN of the environment do not have what this release loads",
            id="a library is missing",
        ),
    ],
)
def test_what_the_log_says(bench: Bench, said: str, code: str, status: Status, reason: str) -> None:
    bad, good = on_gpu("bad", "say", SAID=said, CODE=code), on_cpu("good")
    finished = bench.run(bad, good)
    assert finished.cells[good.id] == (Status.DONE, "")
    found, told = finished.cells[bad.id]
    assert found is status
    assert told.endswith(reason)
