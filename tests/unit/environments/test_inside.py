"""What a base image says of the CUDA and cuDNN inside it."""

from __future__ import annotations

import pytest

from runner.environments.inside import read_inside
from runner.matrix.cells import Inside

# As in nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04.
VARIABLES = ["PATH=/usr/bin", "CUDA_VERSION=11.2.2", "NV_CUDNN_VERSION=8.1.1.33"]
LABELS = {"maintainer": "NVIDIA", "com.nvidia.cudnn.version": "8.1.1.33"}
PACKAGES = """\
Package: cuda-cudart-11-2
Status: install ok installed
Version: 11.2.152-1

Package: libc6
Version: 2.31-0ubuntu9

Package: libcudnn8
Status: hold ok installed
Version: 8.1.1.33-1+cuda11.2
"""


def test_an_image_of_nvidia_says_both() -> None:
    found = read_inside({"Env": VARIABLES, "Labels": LABELS}, PACKAGES)
    assert found == Inside(cuda="11.2.2", cudnn="8.1.1.33")


@pytest.mark.parametrize(
    ("config", "packages", "cuda", "cudnn"),
    [
        pytest.param({"Env": VARIABLES}, "", "11.2.2", "8.1.1.33", id="variables alone"),
        pytest.param({"Labels": LABELS}, "", "", "8.1.1.33", id="a label alone"),
        pytest.param({}, PACKAGES, "11.2", "8.1.1.33", id="packages alone"),
        pytest.param(
            {"Labels": {"com.nvidia.cuda.version": "9.0.176"}, "Env": ["CUDNN_VERSION=7.5.1.10"]},
            "",
            "9.0.176",
            "7.5.1.10",
            id="names of old images",
        ),
        pytest.param(
            {"Env": ["NV_CUDNN_VERSION=9.7.0.66-1"]}, "", "", "9.7.0.66", id="with a revision"
        ),
        pytest.param(
            {"Env": VARIABLES, "Labels": LABELS},
            PACKAGES.replace("8.1.1.33", "8.6.0.163").replace("11-2", "11-8"),
            "11.8",
            "8.6.0.163",
            id="what was installed over it counts more",
        ),
        pytest.param(
            {},
            "Package: libcudnn9-cuda-12\nVersion: 9.3.0.75-1\n",
            "",
            "9.3.0.75",
            id="cuDNN 9 has the toolkit in its name",
        ),
        pytest.param(
            {},
            "Package: cuda-cudart-11-2\n\nPackage: cuda-cudart-11-8\n\nPackage: cuda-cudart-9-0\n",
            "11.8",
            "",
            id="the newest of several",
        ),
        pytest.param({}, "Package: libcudnn8-dev\nVersion: 8.1\n", "", "", id="headers alone"),
        pytest.param({"Env": None, "Labels": None}, "", "", "", id="an image without either"),
        pytest.param(
            {"Env": ["CUDA_VERSION=\x1b[31m11", "NV_CUDNN_VERSION=$(id)"]},
            "Package: libcudnn8\nVersion: latest\n",
            "",
            "",
            id="no versions",
        ),
    ],
)
def test_what_is_told(config: dict[str, object], packages: str, cuda: str, cudnn: str) -> None:
    assert read_inside(config, packages) == Inside(cuda=cuda, cudnn=cudnn)
