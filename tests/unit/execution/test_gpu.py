"""The GPUs of this host, as classes within which bits are compared."""

from __future__ import annotations

from dataclasses import replace

import pynvml
import pytest
from unit.execution.fake_nvml import DRIVER, H100, FakeNvml

from runner.execution.gpu import Device, HostGpu, HostGpus, describe, discover_gpus

KNOWN = HostGpu(
    uuid="GPU-1",
    model="NVIDIA H100 80GB HBM3",
    compute_capability="9.0",
    multiprocessors=132,
    driver=DRIVER,
    index=0,
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
    assert describe([H100], DRIVER) == HostGpus(whole=(KNOWN,))


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
    assert [gpu.multiprocessors for gpu in describe([device], DRIVER).whole] == [multiprocessors]


def test_a_gpu_in_mig_mode_is_listed_apart_and_keeps_its_index() -> None:
    divided, last = replace(H100, uuid="GPU-2", mig=True), replace(H100, uuid="GPU-3")
    found = describe([H100, divided, last], DRIVER)
    assert [(gpu.index, gpu.uuid) for gpu in found.whole] == [(0, "GPU-1"), (2, "GPU-3")]
    assert [(gpu.index, gpu.uuid) for gpu in found.mig] == [(1, "GPU-2")]


# NVML itself


def test_what_nvml_tells_is_described() -> None:
    old = Device(uuid="GPU-2", model="NVIDIA T4", compute_capability="7.5", cores=None, mig=False)
    nvml = FakeNvml((H100, old, replace(H100, uuid="GPU-3", mig=True)))
    assert discover_gpus(nvml) == HostGpus(
        whole=(KNOWN, HostGpu("GPU-2", "NVIDIA T4", "7.5", None, DRIVER, 1)),
        mig=(replace(KNOWN, uuid="GPU-3", index=2),),
    )
    assert nvml.open == 0


def test_a_model_that_knows_no_mig_mode_is_whole() -> None:
    nvml = FakeNvml(errors={"nvmlDeviceGetMigMode": pynvml.NVML_ERROR_NOT_SUPPORTED})
    assert discover_gpus(nvml) == HostGpus(whole=(KNOWN,))


@pytest.mark.parametrize(
    "error", [pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED]
)
def test_a_host_without_a_driver_has_no_gpu(error: int) -> None:
    assert discover_gpus(FakeNvml(errors={"nvmlInit": error})) == HostGpus()


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("nvmlInit", pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH),
        ("nvmlDeviceGetCount", pynvml.NVML_ERROR_GPU_IS_LOST),
        ("nvmlDeviceGetMigMode", pynvml.NVML_ERROR_GPU_IS_LOST),
    ],
)
def test_what_nvml_says_in_place_of_a_list_is_kept(function: str, error: int) -> None:
    nvml = FakeNvml(errors={function: error})
    assert discover_gpus(nvml) == HostGpus(unanswered=str(pynvml.NVMLError(error)).rstrip("."))
    assert nvml.open == 0
