"""The one hardened profile that every container of samebits runs under.

The probe is foreign code as far as the host is concerned: no network, read-only root, no
capabilities, not root, bounded in memory, processes, file size and logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docker.types import LogConfig, Mount, Ulimit

if TYPE_CHECKING:
    from docker import APIClient
    from docker.types import DeviceRequest, HostConfig

USER: Final = "65534:65534"
OUT: Final = "/out"
# TensorFlow starts a few threads per core, so the limit leaves room for large hosts.
_PROCESSES: Final = 2048
_LARGEST_FILE: Final = 256 * 1024**2
# Where an image must not decide: its own preloads, and the GPUs that come with a request only.
_OVERRIDDEN: Final = {"LD_PRELOAD": "", "LD_LIBRARY_PATH": "", "NVIDIA_DISABLE_REQUIRE": ""}
_NO_GPU: Final = {"NVIDIA_VISIBLE_DEVICES": "void", "CUDA_VISIBLE_DEVICES": ""}


def host_config(api: APIClient, *, memory: int, gpu: DeviceRequest | None) -> HostConfig:
    """Make the profile; `memory` in bytes, `gpu` asks for the one GPU, None for none."""
    return api.create_host_config(
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": "size=1g,nosuid,nodev,mode=1777"},  # noqa: S108 - inside the container
        mounts=[Mount(target=OUT, source=None, type="volume")],
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=_PROCESSES,
        mem_limit=memory,
        memswap_limit=memory,
        ipc_mode="private",
        ulimits=[
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=_LARGEST_FILE, hard=_LARGEST_FILE),
        ],
        log_config=LogConfig(type="local", config={"max-size": "1m", "max-file": "2"}),
        device_requests=[gpu] if gpu else None,
    )


def variables(chosen: dict[str, str], *, gpu: str | None) -> dict[str, str]:
    """Environment of the container: what was chosen, over what an image must not decide."""
    return _OVERRIDDEN | ({} if gpu else _NO_GPU) | chosen
