"""Matrix products: of fixed inputs, which is arithmetic only, and of two seeded random ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs


@case(
    "matmul.float32",
    family="matmul",
    exercises="tf.matmul of 512 x 700 and 700 x 300, float32",
    may_vary="kernel and blocking of oneDNN, Eigen or cuBLAS; TF32; threads",
    source="docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility",
)
def matmul_float32(lab: Lab) -> object:
    return lab.tf.matmul(fixed("matmul.left", 512, 700), fixed("matmul.right", 700, 300))


@case(
    "matmul.float32.long",
    family="matmul",
    exercises="tf.matmul of 16 x 65536 and 65536 x 16, float32",
    may_vary="a long inner dimension may be split between threads or blocks and summed in parts",
    source="docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility",
)
def matmul_long(lab: Lab) -> object:
    return lab.tf.matmul(fixed("matmul.wide", 16, 65_536), fixed("matmul.tall", 65_536, 16))


@case(
    "matmul.float32.row",
    family="matmul",
    exercises="tf.matmul of a row of 65536 values and 65536 x 16, float32",
    may_vary="kernels for a matrix times a vector; with one row, only the inner dimension splits",
    source="docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility",
)
def matmul_row(lab: Lab) -> object:
    return lab.tf.matmul(fixed("matmul.row", 1, 65_536), fixed("matmul.tall", 65_536, 16))


@case(
    "matmul.bfloat16",
    family="matmul",
    exercises="tf.matmul of 256 x 512 and 512 x 128, bfloat16",
    may_vary="where sums are kept in float32 and rounded; AMX and AVX512_BF16 kernels",
    source="docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility",
)
def matmul_bfloat16(lab: Lab) -> object:
    tf = lab.tf
    left = tf.cast(fixed("matmul.left16", 256, 512), tf.bfloat16)
    right = tf.cast(fixed("matmul.right16", 512, 128), tf.bfloat16)
    return tf.matmul(left, right)


@case(
    "random.matmul.eager",
    family="matmul",
    exercises="two seeded random matrices, their product and its sum",
    may_vary="the stream (left, right), or else the arithmetic (product, sum)",
    source="docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility",
)
def matmul_random(lab: Lab) -> Outputs:
    tf = lab.tf
    tf.random.set_seed(lab.seed)
    left = tf.random.normal([100, 100])
    right = tf.random.normal([100, 100])
    product = tf.matmul(left, right)
    return {"left": left, "right": right, "product": product, "sum": tf.reduce_sum(product)}
