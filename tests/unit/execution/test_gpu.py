"""The GPUs of this host, as classes within which bits are compared."""

from __future__ import annotations

from dataclasses import replace

import pynvml
import pytest

from runner.execution.gpu import Device, HostGpu, told, whole_gpus

DRIVER = "580.159.04"
# As an H100 answered; TensorFlow saw 132 multiprocessors there.
H100 = Device(
    uuid="GPU-1",
    model="NVIDIA H100 80GB HBM3",
    compute_capability="9.0",
    cores=16896,
    mig=False,
)


@pytest.mark.parametrize(
    ("model", "capability", "multiprocessors", "host_class"),
    [
        ("NVIDIA H100 80GB HBM3", "9.0", 132, "NVIDIA H100 80GB HBM3 sm_90 132 SMs"),
        ("NVIDIA H100 PCIe", "9.0", 114, "NVIDIA H100 PCIe sm_90 114 SMs"),
        ("NVIDIA RTX PRO 6000", "12.0", None, "NVIDIA RTX PRO 6000 sm_120"),
    ],
)
def test_the_class_is_the_model_its_capability_and_its_multiprocessors(
    model: str, capability: str, multiprocessors: int | None, host_class: str
) -> None:
    gpu = HostGpu("GPU-1", model, capability, multiprocessors)
    assert gpu.host_class == host_class


def test_a_gpu_is_described_as_the_driver_knows_it() -> None:
    assert whole_gpus([H100], DRIVER) == (
        HostGpu(
            uuid="GPU-1",
            model="NVIDIA H100 80GB HBM3",
            compute_capability="9.0",
            multiprocessors=132,
            driver=DRIVER,
        ),
    )


@pytest.mark.parametrize(
    ("capability", "cores", "multiprocessors"),
    [
        pytest.param("7.0", 5120, 80, id="V100"),
        pytest.param("7.5", 2560, 40, id="T4"),
        pytest.param("8.0", 6912, 108, id="A100"),
        pytest.param("8.9", 7424, 58, id="L4"),
        pytest.param("9.0", 16896, 132, id="H100"),
        pytest.param("99.0", 16896, None, id="an architecture that is not known"),
        pytest.param("9.0", 16897, None, id="cores that are no whole multiprocessors"),
        pytest.param("9.0", 0, None, id="no cores"),
        pytest.param("9.0", None, None, id="a driver that can't tell"),
    ],
)
def test_the_number_of_multiprocessors(
    capability: str, cores: int | None, multiprocessors: int | None
) -> None:
    device = replace(H100, compute_capability=capability, cores=cores)
    assert [gpu.multiprocessors for gpu in whole_gpus([device], DRIVER)] == [multiprocessors]


def test_a_gpu_in_mig_mode_is_not_listed() -> None:
    divided = replace(H100, uuid="GPU-2", mig=True)
    assert [gpu.uuid for gpu in whole_gpus([H100, divided], DRIVER)] == ["GPU-1"]


def asked(error: int) -> int:
    raise pynvml.NVMLError(error)


@pytest.mark.parametrize(
    "error", [pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_FUNCTION_NOT_FOUND]
)
def test_what_a_model_or_a_driver_can_not_tell_is_left_out(error: int) -> None:
    assert told(lambda: asked(error)) is None
    assert told(lambda: 132) == 132


def test_a_gpu_that_was_lost_is_no_gpu_that_can_not_tell() -> None:
    with pytest.raises(pynvml.NVMLError):
        told(lambda: asked(pynvml.NVML_ERROR_GPU_IS_LOST))
