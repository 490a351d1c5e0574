"""GPUs, with a driver and a TensorFlow that are fakes."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from probe.host.gpu import (
    device_uuid,
    driver_version,
    missing,
    multiprocessors,
    newest_cuda,
    other,
    total_memory,
    use_first,
    visible,
)

UUID = "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f"


class Driver:
    """The CUDA driver's C functions, as before 470; each returns its status."""

    def __init__(self, devices: int = 1, status: int = 0) -> None:
        self._devices = devices
        self._status = status

    def cuInit(self, _flags: int) -> int:  # noqa: N802 - the driver's name
        return self._status

    def cuDeviceGetCount(self, count: Any) -> int:  # noqa: N802, ANN401 - the driver's name; ctypes
        count._obj.value = self._devices
        return 0

    def cuDeviceGet(self, device: Any, ordinal: int) -> int:  # noqa: N802, ANN401 - the same
        device._obj.value = 10 + ordinal
        return 0

    def cuDeviceGetAttribute(self, found: Any, attribute: int, device: Any) -> int:  # noqa: N802, ANN401 - the same
        assert attribute == 16
        found._obj.value = device.value * 11
        return 0

    def cuDeviceGetUuid(self, raw: Any, _device: Any) -> int:  # noqa: N802, ANN401 - the same
        raw._obj[:] = list(range(16))
        return 0

    def cuDeviceTotalMem_v2(self, found: Any, _device: Any) -> int:  # noqa: N802, ANN401 - the same
        found._obj.value = 80 * 1024**3
        return 0

    def cuDriverGetVersion(self, version: Any) -> int:  # noqa: N802, ANN401 - the same
        version._obj.value = 12040
        return self._status


class NewerDriver(Driver):
    """A driver that also tells the UUID of a MIG device, or fails to."""

    def __init__(self, first: int = 0, status: int = 0) -> None:
        super().__init__()
        self._first = first
        self._uuid_status = status

    def cuDeviceGetUuid_v2(self, raw: Any, _device: Any) -> int:  # noqa: N802, ANN401 - the same
        raw._obj[:] = list(range(self._first, self._first + 16))
        return self._uuid_status


class Management:
    """The management library's C functions."""

    def __init__(self, *, starts: bool = True, answers: bool = True) -> None:
        self._statuses = (not starts, not answers)
        self.open = 0

    def nvmlInit_v2(self) -> int:  # noqa: N802 - the library's name
        self.open += not self._statuses[0]
        return int(self._statuses[0])

    def nvmlSystemGetDriverVersion(self, text: Any, length: int) -> int:  # noqa: N802, ANN401 - the library's name; ctypes
        text.value = b"550.90.07"[: length - 1]
        return int(self._statuses[1])

    def nvmlShutdown(self) -> int:  # noqa: N802 - the library's name
        self.open -= 1
        return 0


def fake_tf(calls: list[object], *, cuda: bool = True, gpus: int = 2) -> ModuleType:
    tf = ModuleType("tf")
    tf.__dict__.update(
        __version__="2.20.0",
        test=SimpleNamespace(is_built_with_cuda=lambda: cuda),
        config=SimpleNamespace(
            list_physical_devices=lambda _: ["gpu:0", "gpu:1"][:gpus],
            get_visible_devices=lambda _: ["gpu:0"],
            set_visible_devices=lambda devices, kind: calls.append((devices, kind)),
            experimental=SimpleNamespace(
                set_memory_growth=lambda device, on: calls.append((device, on)),
                get_device_details=lambda _: {
                    "device_name": "NVIDIA H100",
                    "compute_capability": (9, 0),
                },
            ),
        ),
    )
    return tf


def test_the_first_gpu_is_used_with_memory_growth() -> None:
    calls: list[object] = []
    assert use_first(fake_tf(calls)) == (
        "tf.config.set_visible_devices([GPU 0], 'GPU')",
        "tf.config.experimental.set_memory_growth(GPU 0, True)",
    )
    assert calls == [(["gpu:0"], "GPU"), ("gpu:0", True)]


def test_a_gpu_is_described_by_tensorflow_and_the_driver() -> None:
    (gpu,) = visible(fake_tf([]), Driver())
    assert (gpu.name, gpu.compute_capability, gpu.uuid) == ("NVIDIA H100", "9.0", UUID)
    assert (gpu.multiprocessors, gpu.memory) == (110, 80 * 1024**3)


MIG = "MIG-10111213-1415-1617-1819-1a1b1c1d1e1f"


@pytest.mark.parametrize(
    ("driver", "told"),
    [
        pytest.param(Driver(), UUID, id="a driver before 470"),
        pytest.param(NewerDriver(), UUID, id="a whole GPU"),
        pytest.param(NewerDriver(first=16), MIG, id="a MIG device, which has its own"),
        pytest.param(NewerDriver(first=16, status=1), UUID, id="a function that fails"),
    ],
)
def test_the_uuid_is_the_one_that_the_driver_tells(driver: Driver, told: str) -> None:
    (gpu,) = visible(fake_tf([]), driver)
    assert gpu.uuid == told


# the GPU that was asked for


@pytest.mark.parametrize(
    ("asked", "driver", "said"),
    [
        pytest.param(UUID, NewerDriver(), "", id="the one"),
        pytest.param(UUID.upper(), Driver(), "", id="in capitals"),
        pytest.param("GPU-0001", Driver(), "", id="by the beginning of its UUID"),
        pytest.param(MIG, NewerDriver(first=16), "", id="a MIG device"),
        pytest.param(f"MIG-{UUID}/1/0", Driver(), "", id="a MIG device, to a driver before 470"),
        pytest.param("GPU-1", None, "", id="no driver that could tell"),
        pytest.param("GPU-1", Driver(status=3), "", id="a driver that fails to tell"),
        pytest.param(
            "GPU-1",
            Driver(),
            f"GPU GPU-1 was asked for, but the driver shows {UUID}",
            id="another",
        ),
        pytest.param(
            UUID,
            NewerDriver(first=16),
            f"GPU {UUID} was asked for, but the driver shows {MIG}",
            id="a part of it",
        ),
    ],
)
def test_no_other_gpu_is_used_than_was_asked_for(
    asked: str, driver: Driver | None, said: str
) -> None:
    assert other(fake_tf([], gpus=1), asked, driver) == said


def test_one_gpu_is_used_of_the_one_that_is_registered() -> None:
    assert other(fake_tf([]), UUID, Driver()) == (
        f"GPU {UUID} was asked for, but TensorFlow registered 2 GPUs"
    )


def test_without_a_driver_the_rest_is_still_told() -> None:
    (gpu,) = visible(fake_tf([]), None)
    assert (gpu.uuid, gpu.multiprocessors, gpu.memory) == ("", None, None)


def test_a_driver_that_fails_gives_nothing() -> None:
    driver = Driver(status=3)
    assert multiprocessors(driver, 0) is None
    assert total_memory(driver, 0) is None
    assert device_uuid(driver, 0) == ""
    assert newest_cuda(driver) == ""


def test_the_driver_says_which_cuda_it_supports() -> None:
    assert newest_cuda(Driver()) == "12.4"


OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs)\n"
CLOSED = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.57  Tue Jul 13 2021\nGCC version: 9\n"


@pytest.mark.parametrize(
    ("module", "library", "version"),
    [
        pytest.param(CLOSED, Management(), "550.90.07", id="the library is asked first"),
        pytest.param(OPEN, None, "580.65.06", id="no library, the open module"),
        pytest.param(CLOSED, None, "470.57", id="no library, the closed module"),
        pytest.param(CLOSED, Management(starts=False), "470.57", id="it does not start"),
        pytest.param(CLOSED, Management(answers=False), "470.57", id="it does not answer"),
        pytest.param("", None, "", id="no driver"),
        pytest.param("NVRM version: unknown\n", None, "", id="a module without a version"),
    ],
)
def test_the_version_of_the_driver(module: str, library: Management | None, version: str) -> None:
    assert driver_version(module, library) == version
    assert library is None or library.open == 0


LOADED_NONE = (
    "the CUDA driver shows 1 device(s) but TensorFlow registered none; "
    "its log above names the library that did not load"
)


@pytest.mark.parametrize(
    ("driver", "sentence"),
    [
        (None, "the driver's library libcuda.so.1 cannot be loaded"),
        (Driver(status=999), "the CUDA driver answers error 999"),
        (
            Driver(devices=0),
            "the CUDA driver shows no device (CUDA_VISIBLE_DEVICES is unset)",
        ),
        (Driver(), LOADED_NONE),
    ],
)
def test_what_is_missing_is_said(driver: Driver | None, sentence: str) -> None:
    assert missing(fake_tf([]), driver, {}) == sentence


def test_a_cpu_wheel_is_said_to_be_one() -> None:
    assert missing(fake_tf([], cuda=False), Driver(), {}) == (
        "TensorFlow 2.20.0 is built without CUDA"
    )
