"""The GPUs of this host, as classes within which bits are compared."""

from __future__ import annotations

import pytest

from runner.execution.gpu import HostGpu


@pytest.mark.parametrize(
    ("model", "capability", "host_class"),
    [
        ("NVIDIA H100 80GB HBM3", "9.0", "NVIDIA H100 80GB HBM3 sm_90"),
        ("NVIDIA RTX PRO 6000", "12.0", "NVIDIA RTX PRO 6000 sm_120"),
    ],
)
def test_the_class_is_the_model_and_its_capability(
    model: str, capability: str, host_class: str
) -> None:
    gpu = HostGpu(uuid="GPU-1", model=model, compute_capability=capability)
    assert gpu.host_class == host_class
