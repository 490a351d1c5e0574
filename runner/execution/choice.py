"""Which GPUs of a host a run uses, asked for by index, UUID or model; of one class only. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from runner.errors import InputError
from runner.matrix.problems import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.execution.gpu import HostGpu, HostGpus
    from runner.matrix.cells import Cell
    from runner.results.gpu_use import GpuReading

NO_GPU: Final = "no GPU on this host"
_UUIDS: Final = ("gpu-", "mig-")
_SHOWN_UUID: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuChoice:
    """The GPUs that a run uses, in the order asked for; bits are compared within their one class.

    `none` says why there are none. Of what was asked for, `other` are of another class than the
    first, and `mig` are in MIG mode.
    """

    gpus: tuple[HostGpu, ...] = ()
    none: str = ""
    other: tuple[HostGpu, ...] = ()
    mig: tuple[HostGpu, ...] = ()


def choose(found: HostGpus, wanted: Sequence[str] = (), asked_by: str = "--gpu") -> GpuChoice:
    """Choose by NVML's index, the beginning of a UUID, or a model; all GPUs where nothing is named.

    A model is part of a name, or a glob on it, whichever the case of its letters. A number is
    always an index. `asked_by` is where they are named, which an error begins with.

    Raises
    ------
    InputError
        Nothing is so called, or only what can't be used; or several begin with one UUID's letters.
    """
    named = [gpu for text in wanted for gpu in _named(text, found, asked_by)]
    asked = tuple(dict.fromkeys(named if wanted else (*found.whole, *found.mig)))
    usable = [gpu for gpu in asked if gpu in found.whole]
    mig = tuple(gpu for gpu in asked if gpu in found.mig)
    if not usable:
        return GpuChoice(none=_none(found), mig=mig)
    same = tuple(gpu for gpu in usable if gpu.host_class == usable[0].host_class)
    other = tuple(gpu for gpu in usable if gpu not in same)
    return GpuChoice(gpus=same, other=other, mig=mig)


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuSurvey:
    """The GPUs of a host, those that a run would use, and what was read of these, by UUID."""

    found: HostGpus
    choice: GpuChoice
    readings: Mapping[str, GpuReading] = field(default_factory=dict)


def in_words(choice: GpuChoice, cells: Iterable[Cell]) -> str:
    """Which GPUs the cells run on and which are left out, or nothing where no cell needs one."""
    if not choice.gpus or all(cell.setting.device == "cpu" for cell in cells):
        return ""
    parts = [f"GPU cells run on {_titles(choice.gpus)}"]
    if choice.other:
        one_class = f"bits are compared within one class, here {choice.gpus[0].host_class}"
        parts.append(f"{_titles(choice.other)} {_is(choice.other)} left out: {one_class}")
    if choice.mig:
        parts.append(f"{_titles(choice.mig)} {_is(choice.mig)} left out: in MIG mode")
    return "; ".join(parts)


def title(gpu: HostGpu) -> str:
    """A GPU as a reader finds it again: its index, its model, the beginning of its UUID."""
    return f"GPU {gpu.index} {gpu.model} ({short(gpu.uuid)})"


def short(uuid: str) -> str:
    """The beginning of a UUID, which tells the GPUs of a host apart."""
    return uuid[:_SHOWN_UUID]


def _titles(gpus: Iterable[HostGpu]) -> str:
    return listed([title(gpu) for gpu in gpus])


def _is(gpus: Sequence[HostGpu]) -> str:
    return "is" if len(gpus) == 1 else "are"


def _none(found: HostGpus) -> str:
    if found.unanswered:
        return f"NVML does not tell of the GPUs of this host: {found.unanswered}"
    if not found.mig:
        return NO_GPU
    names = listed(list(dict.fromkeys(gpu.model for gpu in found.mig)))
    return f"the only GPUs are in MIG mode, which are not used: {names}"


def _named(text: str, found: HostGpus, asked_by: str) -> list[HostGpu]:
    """The GPUs that a text names, of which at least one can be used."""
    everything = sorted((*found.whole, *found.mig), key=lambda gpu: gpu.index)
    named = _matching(text, everything, asked_by)
    if not any(gpu in found.whole for gpu in named):
        why = _why_not(text, named, everything) or _none(found)
        raise InputError(f"{asked_by} {text}: {why}", _all(everything))
    return named


def _matching(text: str, gpus: list[HostGpu], asked_by: str) -> list[HostGpu]:
    if text.isascii() and text.isdigit():
        return [gpu for gpu in gpus if str(gpu.index) == text]
    sought = text.lower()
    if not sought.startswith(_UUIDS):
        pattern = sought if any(letter in sought for letter in "*?[") else f"*{sought}*"
        return [gpu for gpu in gpus if sought and fnmatchcase(gpu.model.lower(), pattern)]
    whole = [gpu for gpu in gpus if gpu.uuid.lower() == sought]
    begins = whole or [gpu for gpu in gpus if gpu.uuid.lower().startswith(sought)]
    if len(begins) > 1:
        uuids = listed([gpu.uuid for gpu in begins])
        so_called = f"{asked_by} {text}: {len(begins)} GPUs begin so: {uuids}"
        raise InputError(so_called, "Write more of it.")
    return begins


def _why_not(text: str, named: list[HostGpu], everything: list[HostGpu]) -> str:
    if named:
        return f"{_titles(named)} {_is(named)} in MIG mode, which is not used"
    if text.lower().startswith("mig-"):
        return "a MIG device is not used, only a whole GPU"
    return "there is no such GPU" if everything else ""


def _all(gpus: list[HostGpu]) -> str:
    told = "; ".join(title(gpu) for gpu in gpus)
    return f"There are: {told}." if told else "`nvidia-smi -L` lists what the driver sees."
