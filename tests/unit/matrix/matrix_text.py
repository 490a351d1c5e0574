"""Texts of matrix files for the tests, and what is said of them."""

from __future__ import annotations

import pytest

from runner.matrix import spec
from runner.matrix.problems import MatrixError

SMALL = """\
version: 1
environments:
  cpu:
    python: "3.11"
    tensorflow: ["2.20.0"]
"""

GPU = """\
version: 1
environments:
  gpu:
    python: "3.11"
    tensorflow: ["2.19.1", "2.20.0"]
    cuda: ["12.6.3", "12.9.1"]
    cudnn: ["9.3.0.75", "9.10.2.21"]
"""


def problems(text: str) -> list[str]:
    """What is wrong with `text`, line by line, without the name of the file."""
    with pytest.raises(MatrixError) as caught:
        spec.parse(text, "m.yaml")
    assert caught.value.exit_code == 2
    lines = caught.value.message.splitlines()
    assert all(line.startswith("m.yaml:") for line in lines)
    return [line.removeprefix("m.yaml:") for line in lines]
