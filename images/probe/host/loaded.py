"""Asks CUDA libraries for their versions, in a process that may die of it.

Runs as `python loaded.py PATH...` and imports nothing of the probe. cuDNN 8, for one, aborts its
process when it cannot find cuBLAS, so `libraries` starts this one beside the trial and reads what
it prints: a JSON object a line, in the order of the paths.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILE = re.compile(
    r"/lib(?P<name>(cuda|cudart|cublas|cublasLt|cudnn|nccl|cufft|curand|cusolver|cusparse|cupti|"
    r"nvrtc|nvJitLink|nvinfer)(_[a-z_]+)?)(-[0-9a-f]{8})?\.so[^/]*$"
)
CUDNN_9, NCCL_2_9 = 90_000, 10_000  # the least numbers of those that pack by ten thousand
PARTS = (0, 1, 2)  # MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL, library_types.h


class SilentError(Exception):
    """A library that does not say its version: a result, told with its reason."""


@dataclass(frozen=True)
class Question:
    """A function of a library, and how it answers: see the functions of that name."""

    call: str
    answer: Callable[[Callable[..., int]], str]


def main(paths: Sequence[str]) -> None:
    """Ask each library and write what it said, at once: the next may end the process."""
    for path in paths:
        sys.stdout.write(json.dumps({"path": path, **ask(path)}) + "\n")
        sys.stdout.flush()


def name_of(path: str) -> str:
    """Return `cudnn` for `.../libcudnn.so.9`; empty where it is no CUDA library."""
    found = FILE.search(path)
    return found.group("name") if found else ""


def ask(path: str) -> dict[str, str]:
    """Load one library; return its version and the call that told it, or the reason of none."""
    question = QUESTIONS[name_of(path)]
    try:
        function = getattr(ctypes.CDLL(path), question.call)
        return {"version": question.answer(function), "call": question.call}
    except AttributeError:
        return {"reason": f"it has no function {question.call}"}
    except SilentError as error:
        return {"reason": f"{question.call} {error}"}
    except OSError as error:
        return {"reason": str(error)}


def dotted(number: int, *units: int) -> str:
    """Split a version that was packed into a number: 12090 by 1000 and 10 is 12.9."""
    parts = []
    for unit in units:
        part, number = divmod(number, unit)
        parts.append(part)
    return ".".join(str(part) for part in parts)


def cudnn(number: int) -> str:
    """Read cuDNN's number: 8906 is 8.9.6, and from 9 on 91002 is 9.10.2."""
    return dotted(number, 10_000 if number >= CUDNN_9 else 1000, 100, 1)


def nccl(number: int) -> str:
    """Read NCCL's number: 2708 is 2.7.8, and from 2.9 on 21805 is 2.18.5 (nccl.h)."""
    return dotted(number, 10_000 if number >= NCCL_2_9 else 1000, 100, 1)


def cuda(number: int) -> str:
    """Read the number of CUDA itself: 12090 is 12.9."""
    return dotted(number, 1000, 10)


def _returned(read: Callable[[int], str]) -> Callable[[Callable[..., int]], str]:
    """`size_t f(void)`."""

    def answer(function: Callable[..., int]) -> str:
        function.restype = ctypes.c_size_t  # type: ignore[attr-defined]  # a function of ctypes
        return read(function())

    return answer


def _written(read: Callable[[int], str]) -> Callable[[Callable[..., int]], str]:
    """`status f(int *version)`."""
    return lambda function: read(*_numbers(function, 1))


def _pair(function: Callable[..., int]) -> str:
    """`status f(int *major, int *minor)`."""
    return ".".join(str(number) for number in _numbers(function, 2))


def _properties(function: Callable[..., int]) -> str:
    """`status f(libraryPropertyType part, int *value)`, asked for each part."""
    return ".".join(str(_numbers(function, 1, part)[0]) for part in PARTS)


def _numbers(function: Callable[..., int], count: int, *before: int) -> list[int]:
    numbers = [ctypes.c_int(0) for _ in range(count)]
    status = function(*before, *map(ctypes.byref, numbers))
    if status:
        raise SilentError(f"answers error {status}")
    return [number.value for number in numbers]


# In the order to ask in: a library finds those it needs already loaded, the mapped ones.
QUESTIONS = {
    "cuda": Question("cuDriverGetVersion", _written(cuda)),
    "cudart": Question("cudaRuntimeGetVersion", _written(cuda)),
    "nvJitLink": Question("nvJitLinkVersion", _pair),
    "nvrtc": Question("nvrtcVersion", _pair),
    "cublasLt": Question("cublasLtGetProperty", _properties),
    "cublas": Question("cublasGetProperty", _properties),
    "cufft": Question("cufftGetProperty", _properties),
    "curand": Question("curandGetProperty", _properties),
    "cusparse": Question("cusparseGetProperty", _properties),
    "cusolver": Question("cusolverGetProperty", _properties),
    "cudnn_ops_infer": Question("cudnnGetVersion", _returned(cudnn)),
    "cudnn_graph": Question("cudnnGetVersion", _returned(cudnn)),
    "cudnn": Question("cudnnGetVersion", _returned(cudnn)),
    "nccl": Question("ncclGetVersion", _written(nccl)),
}

if __name__ == "__main__":
    main(sys.argv[1:])
