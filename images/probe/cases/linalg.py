"""Decompositions and solvers of fixed matrices.

The matrices are made by single additions, which round alike everywhere: a product of NumPy's would
depend on its BLAS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

SIZE = 64
CUSOLVER = "docs.nvidia.com/cuda/cusolver, 1.1 cuSolverDN: Dense LAPACK"


@case(
    "linalg.svd",
    family="linalg",
    exercises="tf.linalg.svd of a 64 x 64 matrix, float32",
    may_vary="the algorithm: Eigen's, or cuSOLVER's QR or Jacobi; a sign for each pair of vectors",
    source="github.com/tensorflow/community rfcs/20210119-determinism.md",
)
def svd(lab: Lab) -> Outputs:
    values, left, right = lab.tf.linalg.svd(_general())
    return {"values": values, "left": left, "right": right}


@case(
    "linalg.qr",
    family="linalg",
    exercises="tf.linalg.qr of a 64 x 64 matrix, float32",
    may_vary="the blocking of Eigen's or cuSOLVER's Householder reflections",
    source=CUSOLVER,
)
def qr(lab: Lab) -> Outputs:
    orthogonal, triangular = lab.tf.linalg.qr(_general())
    return {"q": orthogonal, "r": triangular}


@case(
    "linalg.eigh",
    family="linalg",
    exercises="tf.linalg.eigh of a symmetric 64 x 64 matrix, float32",
    may_vary="the algorithm and its order; a sign for each vector",
    source=CUSOLVER,
)
def eigh(lab: Lab) -> Outputs:
    values, vectors = lab.tf.linalg.eigh(_symmetric())
    return {"values": values, "vectors": vectors}


@case(
    "linalg.cholesky",
    family="linalg",
    exercises="tf.linalg.cholesky of a positive definite 64 x 64 matrix, float32",
    may_vary="the blocking of Eigen or cuSOLVER",
    source=CUSOLVER,
)
def cholesky(lab: Lab) -> object:
    return lab.tf.linalg.cholesky(_positive())


@case(
    "linalg.solve",
    family="linalg",
    exercises="tf.linalg.solve of a 64 x 64 matrix for 8 right-hand sides, float32",
    may_vary="the blocking of the LU decomposition; ties of its pivots",
    source=CUSOLVER,
)
def solve(lab: Lab) -> object:
    return lab.tf.linalg.solve(_general(), fixed("linalg.sides", SIZE, 8))


@case(
    "linalg.inv",
    family="linalg",
    exercises="tf.linalg.inv of a 64 x 64 matrix, float32",
    may_vary="as linalg.solve",
    source=CUSOLVER,
)
def inv(lab: Lab) -> object:
    return lab.tf.linalg.inv(_general())


@case(
    "linalg.logdet",
    family="linalg",
    exercises="tf.linalg.logdet of a positive definite 64 x 64 matrix, float32",
    may_vary="as linalg.cholesky, which it is made of; the logarithm; the order of a sum",
    source=CUSOLVER,
)
def logdet(lab: Lab) -> object:
    return lab.tf.linalg.logdet(_positive())


def _general() -> NDArray[np.float32]:
    return fixed("linalg.matrix", SIZE, SIZE)


def _symmetric() -> NDArray[np.float32]:
    return _general() + _general().T


def _positive() -> NDArray[np.float32]:
    """Return a symmetric matrix whose diagonal outweighs each row, so it is positive definite."""
    return _symmetric() + np.float32(2 * SIZE) * np.eye(SIZE, dtype=np.float32)
