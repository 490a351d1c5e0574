"""GPUs: what TensorFlow sees, what the driver says of them, what is missing."""

from __future__ import annotations

import ctypes
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from probe.host.loaded import cuda
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any, Protocol

    class Driver(Protocol):
        """The functions of the CUDA driver's library that are called here."""

        # Named as in cuda.h. Each returns a CUresult, 0 for success. Not every driver has
        # cuDeviceGetUuid_v2.
        def cuInit(self, flags: int, /) -> int: ...  # noqa: N802
        def cuDeviceGet(self, device: Any, ordinal: int, /) -> int: ...  # noqa: ANN401, N802
        def cuDeviceGetCount(self, count: Any, /) -> int: ...  # noqa: ANN401, N802
        def cuDeviceGetAttribute(self, found: Any, attribute: int, device: Any, /) -> int: ...  # noqa: ANN401, N802
        def cuDeviceGetUuid(self, raw: Any, device: Any, /) -> int: ...  # noqa: ANN401, N802
        def cuDeviceTotalMem_v2(self, found: Any, device: Any, /) -> int: ...  # noqa: ANN401, N802
        def cuDriverGetVersion(self, version: Any, /) -> int: ...  # noqa: ANN401, N802

    class Management(Protocol):
        """The functions of NVIDIA's management library that are called here, as in nvml.h."""

        def nvmlInit_v2(self) -> int: ...  # noqa: N802
        def nvmlSystemGetDriverVersion(self, text: Any, length: int, /) -> int: ...  # noqa: ANN401, N802
        def nvmlShutdown(self) -> int: ...  # noqa: N802


MULTIPROCESSOR_COUNT = 16  # CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, cuda.h
VERSION_BYTES = 80  # NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE, nvml.h
MODULE = re.compile(r"^NVRM version:.*?\b(\d+\.\d+(\.\d+)?)\b", re.MULTILINE)


@dataclass(frozen=True)
class Gpu:
    """One GPU; `multiprocessors` tells a slice of a card from the whole, memory is in bytes."""

    name: str
    compute_capability: str
    uuid: str = ""
    multiprocessors: int | None = None
    memory: int | None = None


def use_first(tf: ModuleType) -> tuple[str, ...]:
    """Show TensorFlow its first GPU only, with memory growth; return the steps as text."""
    device = tf.config.list_physical_devices("GPU")[0]
    tf.config.set_visible_devices([device], "GPU")
    tf.config.experimental.set_memory_growth(device, True)  # noqa: FBT003 - TensorFlow's own order
    return (
        "tf.config.set_visible_devices([GPU 0], 'GPU')",
        "tf.config.experimental.set_memory_growth(GPU 0, True)",
    )


def other(tf: ModuleType, asked: str, library: Driver | None) -> str:
    """Say why what TensorFlow registered is not the one GPU that was asked for, or nothing.

    Nothing is said against a GPU of which the driver tells no UUID.
    """
    count = len(tf.config.list_physical_devices("GPU"))
    if count != 1:
        return f"GPU {asked} was asked for, but TensorFlow registered {count} GPUs"
    seen = device_uuid(library, 0) if library else ""
    if not seen or is_same(asked, seen):
        return ""
    return f"GPU {asked} was asked for, but the driver shows {seen}"


def is_same(asked: str, seen: str) -> bool:
    """Whether a GPU that was asked for is the one that the driver shows.

    It may be asked for by the beginning of its UUID, as CUDA_VISIBLE_DEVICES takes it. Drivers
    before 470 name a MIG device `MIG-GPU-<the card's UUID>/1/0`, and tell the card's UUID of it.
    """
    wanted = re.sub(r"^(MIG-)?(GPU-|MIG-)", "", asked, flags=re.IGNORECASE).partition("/")[0]
    return seen.partition("-")[2].lower().startswith(wanted.lower())


def visible(tf: ModuleType, library: Driver | None) -> tuple[Gpu, ...]:
    """Describe the GPUs that TensorFlow uses, as it and the driver tell of them.

    The driver numbers devices as TensorFlow does: both see what CUDA_VISIBLE_DEVICES leaves.
    """
    return tuple(
        _describe(tf, device, ordinal, library)
        for ordinal, device in enumerate(tf.config.get_visible_devices("GPU"))
    )


def missing(tf: ModuleType, library: Driver | None, environ: Mapping[str, str]) -> str:
    """Say why TensorFlow registered no GPU."""
    if not tf.test.is_built_with_cuda():
        return f"TensorFlow {tf.__version__} is built without CUDA"
    if library is None:
        return "the driver's library libcuda.so.1 cannot be loaded"
    count = ctypes.c_int(0)
    status = library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(count))
    if status:
        return f"the CUDA driver answers error {status}"
    if not count.value:
        shown = environ.get("CUDA_VISIBLE_DEVICES", "unset")
        return f"the CUDA driver shows no device (CUDA_VISIBLE_DEVICES is {shown})"
    return (
        f"the CUDA driver shows {count.value} device(s) but TensorFlow registered none; "
        "its log above names the library that did not load"
    )


def driver() -> Driver | None:
    """Return the CUDA driver's library, or None where there is none."""
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None


def management() -> Management | None:
    """Return NVIDIA's management library, or None where there is none."""
    try:
        return ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None


def driver_version(module: str, library: Management | None) -> str:
    """Return the driver's version, such as 550.90.07; empty where there is no driver.

    The management library is asked first; `module` is the text of `/proc/driver/nvidia/version`,
    which containers see as well.
    """
    if library is not None and not library.nvmlInit_v2():
        text = ctypes.create_string_buffer(VERSION_BYTES)
        failed = library.nvmlSystemGetDriverVersion(text, VERSION_BYTES)
        library.nvmlShutdown()
        if not failed:
            return bounded(text.value.decode("ascii", "replace"))
    found = MODULE.search(module)
    return found.group(1) if found else ""


def newest_cuda(library: Driver) -> str:
    """Return the newest CUDA that the driver supports, such as 12.4; empty where it fails."""
    version = ctypes.c_int(0)
    failed = library.cuDriverGetVersion(ctypes.byref(version))
    return "" if failed else cuda(version.value)


def total_memory(library: Driver, ordinal: int) -> int | None:
    """Return a device's memory in bytes."""
    found = ctypes.c_size_t(0)
    device = ctypes.c_int(0)
    failed = (
        library.cuInit(0)
        or library.cuDeviceGet(ctypes.byref(device), ordinal)
        or library.cuDeviceTotalMem_v2(ctypes.byref(found), device)
    )
    return None if failed else found.value


def multiprocessors(library: Driver, ordinal: int) -> int | None:
    """Return the number of multiprocessors (SMs) that the driver gives for a device."""
    found = ctypes.c_int(0)
    device = ctypes.c_int(0)
    failed = (
        library.cuInit(0)
        or library.cuDeviceGet(ctypes.byref(device), ordinal)
        or library.cuDeviceGetAttribute(ctypes.byref(found), MULTIPROCESSOR_COUNT, device)
    )
    return None if failed else found.value


def device_uuid(library: Driver, ordinal: int) -> str:
    """Return the UUID as nvidia-smi prints it, `GPU-...` or `MIG-...`, or an empty text.

    Of a MIG device the newer function tells its own UUID and the older one its card's; a driver
    before 470 has the older one only. Source: cuDeviceGetUuid_v2 in
    https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__DEVICE.html.
    """
    card = _told_uuid(library, ordinal, "cuDeviceGetUuid")
    own = _told_uuid(library, ordinal, "cuDeviceGetUuid_v2") or card
    if own is None:
        return ""
    return f"GPU-{own}" if card in (None, own) else f"MIG-{own}"


def _told_uuid(library: Driver, ordinal: int, function: str) -> uuid.UUID | None:
    """Return what a function of the driver tells; None where it fails or is not there."""
    device = ctypes.c_int(0)
    raw = (ctypes.c_ubyte * 16)()
    ask = getattr(library, function, None)
    failed = (
        ask is None
        or library.cuInit(0)
        or library.cuDeviceGet(ctypes.byref(device), ordinal)
        or ask(ctypes.byref(raw), device)
    )
    return None if failed else uuid.UUID(bytes=bytes(raw))


def _describe(tf: ModuleType, device: object, ordinal: int, library: Driver | None) -> Gpu:
    details = tf.config.experimental.get_device_details(device)
    capability = ".".join(str(part) for part in details.get("compute_capability", ()))
    return Gpu(
        name=str(details.get("device_name", "")),
        compute_capability=capability,
        uuid=device_uuid(library, ordinal) if library else "",
        multiprocessors=multiprocessors(library, ordinal) if library else None,
        memory=total_memory(library, ordinal) if library else None,
    )
