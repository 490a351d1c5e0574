"""What NVML can't tell, and what it fails to tell."""

from __future__ import annotations

import pynvml
import pytest
from unit.execution.fake_nvml import failed

from runner.execution.nvml import told


@pytest.mark.parametrize(
    "error",
    [
        pynvml.NVML_ERROR_NOT_SUPPORTED,
        pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
        pynvml.NVML_ERROR_NO_PERMISSION,
    ],
)
def test_what_a_model_or_a_driver_can_not_tell_is_left_out(error: int) -> None:
    assert told(lambda: failed(error)) is None
    assert told(lambda: 132) == 132


def test_a_gpu_that_was_lost_is_no_gpu_that_can_not_tell() -> None:
    with pytest.raises(pynvml.NVMLError):
        told(lambda: failed(pynvml.NVML_ERROR_GPU_IS_LOST))
