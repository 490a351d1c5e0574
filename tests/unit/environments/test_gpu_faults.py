"""Failures of a GPU, told apart by what engines, drivers and TensorFlow were seen to say."""

from __future__ import annotations

import string

import pytest

from runner.environments.gpu_faults import Fault, Where, find, table

HOOK = (
    "failed to create shim: OCI runtime create failed: container_linux.go:380: starting container "
    "process caused: process_linux.go:545: container init caused: Running hook #0:: error running "
    "hook: exit status 1, stdout: , stderr: "
)
SHIM = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: error during container init: error "
    "running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy' "
)
INJECT = (
    "could not apply required modification to OCI specification: error modifying OCI spec: "
    "failed to inject CDI devices: "
)
INSTALL = (
    "install the NVIDIA Container Toolkit and restart dockerd, which looks for it when it starts"
)
NO_RUNTIME = f"the engine has no NVIDIA container runtime; {INSTALL}"
UPDATE = "update the driver, or take an older CUDA"
NO_DRIVER = (
    "no NVIDIA driver is loaded on the engine's machine; "
    "install or load it (`modprobe nvidia`), until `nvidia-smi` answers there"
)
LIST_CDI = (
    "`nvidia-ctk cdi list` shows what it knows, "
    "`nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` writes it anew"
)
LIST_GPUS = (
    "`nvidia-smi -L` lists those it knows; one that is gone may need a restart of the machine"
)
MEMORY = "the GPU ran out of memory; `nvidia-smi` shows which processes hold it"
LACKS = "the CUDA and cuDNN of the environment do not have what this release loads"
XID = "https://docs.nvidia.com/deploy/xid-errors/ says what it means; some need a reset of the GPU"
OFF = "restart the machine, and look at the card's power and temperature"
HANGS = (
    "a container with a GPU can be neither started nor ended, as when the NVIDIA driver hangs; "
    "see whether `nvidia-smi` answers on the engine's machine; if not, restart that machine"
)
NO_KERNELS = (
    "the TensorFlow or the CUDA of the environment has no kernels for this GPU; "
    "take a newer release, or another GPU"
)
LOADER = "W tensorflow/stream_executor/platform/default/dso_loader.cc:60] "
NOT_FOUND = "cannot open shared object file: No such file or directory"
DLOPEN = (
    "W tensorflow/core/common_runtime/gpu/gpu_device.cc:1689] Cannot dlopen some GPU libraries. "
    "Please make sure the missing libraries mentioned above are installed properly"
)


@pytest.mark.parametrize(
    ("where", "text", "told"),
    [
        pytest.param(
            "engine",
            'could not select device driver "nvidia" with capabilities: [[gpu compute utility]]',
            NO_RUNTIME,
            id="no toolkit",
        ),
        pytest.param(
            "engine",
            'could not select device driver "" with capabilities: [[gpu]]',
            NO_RUNTIME,
            id="no toolkit, no driver named",
        ),
        pytest.param(
            "engine",
            "Unknown runtime specified nvidia",
            NO_RUNTIME,
            id="no runtime of that name",
        ),
        pytest.param(
            "engine",
            'could not select device driver "cdi" with capabilities: []',
            "the engine does not speak CDI; take Docker 28.2 or newer, or set "
            '"features": {"cdi": true} in daemon.json',
            id="no CDI",
        ),
        pytest.param(
            "engine",
            f"{INJECT}unresolvable CDI devices nvidia.com/gpu=all: unknown",
            f"CDI knows no device nvidia.com/gpu=all; {LIST_CDI}",
            id="no such CDI device",
        ),
        pytest.param(
            "engine",
            f"{HOOK}nvidia-container-cli: requirement error: unsatisfied condition: cuda>=11.0, "
            "please update your driver to a newer version, or use an earlier cuda container: "
            "unknown",
            f"the NVIDIA driver is too old: the image asks for cuda>=11.0; {UPDATE}",
            id="driver too old",
        ),
        pytest.param(
            "engine",
            f"{SHIM}nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, "
            "please update your driver to a newer version, or use an earlier cuda container",
            f"the NVIDIA driver is too old: the image asks for cuda>=12.8; {UPDATE}",
            id="driver too old, a newer engine",
        ),
        pytest.param(
            "engine",
            "nvidia-container-cli: requirement error: unsatisfied condition: cuda >= 9.0",
            f"the NVIDIA driver is too old: the image asks for cuda >= 9.0; {UPDATE}",
            id="driver too old, an older runtime",
        ),
        pytest.param(
            "engine",
            f"{HOOK}nvidia-container-cli: initialization error: nvml error: driver not loaded: "
            "unknown.",
            NO_DRIVER,
            id="driver not loaded",
        ),
        pytest.param(
            "engine",
            "nvidia-container-cli: initialization error: load library failed: "
            "libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown",
            NO_DRIVER,
            id="no driver",
        ),
        pytest.param(
            "engine",
            f"{HOOK}nvidia-container-cli: device error: GPU-1: unknown device: unknown",
            f"the driver knows no GPU GPU-1; {LIST_GPUS}",
            id="unknown GPU",
        ),
        pytest.param(
            "engine",
            f"{HOOK}nvidia-container-cli: mount error: failed to add device rules",
            "the NVIDIA container runtime failed; "
            "`nvidia-smi` and `nvidia-container-cli info` on the engine's machine say more",
            id="anything else of the runtime",
        ),
        pytest.param(
            "engine",
            "it answers, but not for this container",
            HANGS,
            id="it hangs",
        ),
        pytest.param(
            "engine",
            "it could not be killed",
            HANGS,
            id="it hangs later",
        ),
        *(
            pytest.param(
                where,
                "NVRM: Xid (PCI:0000:09:00): 79, pid=0, GPU has fallen off the bus.",
                f"the driver reported Xid 79; {XID}",
                id=f"Xid, {where}",
            )
            for where in ("engine", "log")
        ),
        pytest.param(
            "log",
            "NVRM: fallen off the bus and is not responding to commands.",
            f"the GPU has fallen off the bus; {OFF}",
            id="off the bus",
        ),
        pytest.param(
            "log",
            "2023-04-23 01:00:06.362905: I tensorflow/stream_executor/cuda/cuda_driver.cc:733] "
            "failed to allocate 8.41G (9029127168 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: "
            "out of memory",
            MEMORY,
            id="memory of the GPU",
        ),
        pytest.param(
            "log",
            "ResourceExhaustedError: OOM when allocating tensor with shape[8192,8192] and type "
            "float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc",
            MEMORY,
            id="memory of the GPU, of a tensor",
        ),
        pytest.param(
            "log",
            "E0000 00:00:1738697930.202924    7665 cuda_dnn.cc:522] Loaded runtime CuDNN library: "
            "9.1.0 but source was compiled with: 9.3.0.  CuDNN library needs to have matching "
            "major version and equal or higher minor version.",
            "cuDNN 9.1.0 was loaded, and TensorFlow was compiled with 9.3.0; "
            "take a cuDNN of the same major version that is as new at least",
            id="cuDNN too old",
        ),
        *(
            pytest.param("log", text, NO_KERNELS, id=f"no kernels: {text[:30]}")
            for text in (
                "Failed to load in-memory CUBIN: CUDA_ERROR_NO_BINARY_FOR_GPU: no kernel image",
                "status: Internal: no kernel image is available for execution on the device",
            )
        ),
        pytest.param(
            "log",
            "Failed to load PTX: CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed",
            "the driver could not compile PTX for this GPU; the CUDA of the environment is too new "
            "for the driver, or too old for the GPU",
            id="PTX",
        ),
        pytest.param(
            "engine",
            "nvidia-container-cli.real: device error: "
            "MIG-GPU-932bfb2c-849a-2a22-1e84-9eff6bc02b39/1/0: unknown device",
            "the driver knows no GPU MIG-GPU-932bfb2c-849a-2a22-1e84-9eff6bc02b39/1/0; "
            f"{LIST_GPUS}",
            id="a MIG device",
        ),
        *(
            pytest.param(
                where,
                "CUDA driver version is insufficient for CUDA runtime version",
                f"the NVIDIA driver is too old for the CUDA that was loaded; {UPDATE}",
                id=f"driver too old, {where}",
            )
            for where in ("log", "loading")
        ),
        pytest.param(
            "loading",
            f"{LOADER}Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: "
            f"{NOT_FOUND}\n{DLOPEN}",
            f"TensorFlow could not load libcudnn.so.8; {LACKS}",
            id="a library",
        ),
        pytest.param(
            "loading",
            f"{LOADER}Could not load dynamic library 'libnvinfer.so.7'; dlerror: {NOT_FOUND}\n"
            f"{LOADER}Could not load dynamic library 'libcusolver.so.10'; dlerror: {NOT_FOUND}\n"
            f"{LOADER}Could not load dynamic library 'libcudnn.so.8'; dlerror: {NOT_FOUND}\n"
            f"{LOADER}Could not load dynamic library 'libcudnn.so.8'; dlerror: {NOT_FOUND}\n",
            f"TensorFlow could not load libcusolver.so.10, libcudnn.so.8; {LACKS}",
            id="libraries, without TensorRT",
        ),
        pytest.param(
            "loading",
            f"{LOADER}Could not load dynamic library 'libcuda.so.1'; dlerror: {NOT_FOUND}",
            "the driver's library libcuda.so.1 was not found; it comes with the driver, and the "
            "NVIDIA container runtime brings it into a container",
            id="the driver's library",
        ),
        pytest.param(
            "loading",
            DLOPEN,
            "TensorFlow could not load a library of CUDA or cuDNN, and does not say which; "
            "TF_CPP_MAX_VLOG_LEVEL=3 under `env` in the matrix file makes it say",
            id="a library without a name",
        ),
    ],
)
def test_what_is_told(where: Where, text: str, told: str) -> None:
    assert str(find(text, where)) == told


@pytest.mark.parametrize(
    ("where", "text"),
    [
        pytest.param("engine", "No such image: samebits/x:1", id="another error"),
        pytest.param("engine", "no answer within the deadline", id="an engine that is slow"),
        pytest.param("engine", "perhaps it could not be killed", id="part"),
        pytest.param("log", f"{LOADER}Could not load dynamic library 'libcudnn.so.8'", id="loads"),
        pytest.param("log", "OOM when allocating tensor on device:CPU:0", id="memory of the host"),
        pytest.param(
            "log",
            "Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.60GiB. The caller "
            "indicates that this is not a failure",
            id="memory that TensorFlow does without",
        ),
        pytest.param("loading", f"{LOADER}Could not load dynamic library 'libnvinfer.so.7'"),
        pytest.param("loading", "", id="nothing"),
    ],
)
def test_what_is_no_failure_of_a_gpu(where: Where, text: str) -> None:
    assert find(text, where) is None


@pytest.mark.parametrize(
    ("where", "text", "kind", "blames"),
    [
        ("engine", 'could not select device driver "cdi"', "no-cdi", "host"),
        ("engine", 'could not select device driver "nvidia"', "no-runtime", "host"),
        ("engine", "nvml error: driver not loaded", "no-driver", "host"),
        ("engine", "unresolvable CDI devices nvidia.com/gpu=1", "cdi-device", "gpu"),
        ("engine", "device error: GPU-1: unknown device", "unknown-gpu", "gpu"),
        ("engine", "it answers, but not for this container", "gpu-hang", "gpu"),
        ("log", "NVRM: Xid (PCI:0000:09:00): 79, pid=0", "gpu-lost", "gpu"),
        ("log", "NVRM: Xid (PCI:0000:09:00): 31, pid=7", "gpu-program", None),
        ("log", "NVRM: Xid (PCI:0000:09:00): 131, pid=7", "gpu-lost", "gpu"),
        ("engine", "unsatisfied condition: cuda>=12.6", "driver-too-old", "cell"),
        ("log", "CUDA_ERROR_INVALID_PTX", "bad-ptx", "cell"),
        ("log", "CUDA_ERROR_OUT_OF_MEMORY", "gpu-memory", None),
        ("engine", "nvidia-container-cli: mount error", "runtime-failed", None),
    ],
)
def test_what_should_not_be_tried_again(
    where: Where, text: str, kind: str, blames: str | None
) -> None:
    found = find(text, where)
    assert found is not None
    assert (found.kind, found.blames) == (kind, blames)


def test_a_name_out_of_a_log_is_inert_and_bounded() -> None:
    found = find(f"device error: \x1b[31m{'a' * 200}: unknown device", "engine")
    assert found is not None
    assert found.reason == f"the driver knows no GPU \N{REPLACEMENT CHARACTER}[31m{'a' * 95}"


@pytest.mark.parametrize("fault", table().faults, ids=lambda fault: fault.said.pattern[:30])
def test_each_row_has_a_source_and_fills_its_reason(fault: Fault) -> None:
    named = {name for _, name, _, _ in string.Formatter().parse(fault.reason) if name}
    assert named == set(fault.said.groupindex)
    assert fault.source
    assert fault.where
    assert not {fault.reason[-1], fault.remedy[-1]} & {".", ";"}
