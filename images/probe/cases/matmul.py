"""Matrix products: of fixed inputs, which is arithmetic only, and of two seeded random ones."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from probe.material.gradients import backward
from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

CUBLAS = "docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility"
TF32 = "tensorflow.org/api_docs/python/tf/config/experimental/enable_tensor_float_32_execution"


@case(
    "matmul.float32",
    family="matmul",
    exercises="tf.matmul of 512 x 700 and 700 x 300, float32",
    may_vary="kernel and blocking of oneDNN, Eigen or cuBLAS; TF32; threads",
    source=CUBLAS,
)
def matmul_float32(lab: Lab) -> object:
    return lab.tf.matmul(*_factors())


@case(
    "matmul.float32.long",
    family="matmul",
    exercises="tf.matmul of 16 x 65536 and 65536 x 16, float32",
    may_vary="a long inner dimension may be split between threads or blocks and summed in parts",
    source=CUBLAS,
)
def matmul_long(lab: Lab) -> object:
    return lab.tf.matmul(fixed("matmul.wide", 16, 65_536), fixed("matmul.tall", 65_536, 16))


@case(
    "matmul.float32.row",
    family="matmul",
    exercises="tf.matmul of a row of 65536 values and 65536 x 16, float32",
    may_vary="kernels for a matrix times a vector; with one row, only the inner dimension splits",
    source=CUBLAS,
)
def matmul_row(lab: Lab) -> object:
    return lab.tf.matmul(fixed("matmul.row", 1, 65_536), fixed("matmul.tall", 65_536, 16))


@case(
    "matmul.float32.batched",
    family="matmul",
    exercises="tf.matmul of 32 products of 64 x 160 and 160 x 48, float32",
    may_vary="kernels for many small products; TF32; threads",
    source=CUBLAS,
)
def matmul_batched(lab: Lab) -> object:
    left = fixed("matmul.batch.left", 32, 64, 160)
    return lab.tf.matmul(left, fixed("matmul.batch.right", 32, 160, 48))


@case(
    "matmul.float32.tf32_on",
    family="matmul",
    exercises="the product of matmul.float32 with TF32 allowed",
    may_vary="GPUs from Ampere on round the factors to 10 bits of mantissa; others do not",
    source=TF32,
)
def matmul_tf32_on(lab: Lab) -> object:
    with _tensor_float_32(lab.tf, allowed=True):
        return lab.tf.matmul(*_factors())


@case(
    "matmul.float32.tf32_off",
    family="matmul",
    exercises="the product of matmul.float32 with TF32 forbidden",
    may_vary="kernel and blocking of oneDNN, Eigen or cuBLAS; threads",
    source=TF32,
)
def matmul_tf32_off(lab: Lab) -> object:
    with _tensor_float_32(lab.tf, allowed=False):
        return lab.tf.matmul(*_factors())


@case(
    "matmul.float64",
    family="matmul",
    exercises="tf.matmul of 256 x 512 and 512 x 128, float64",
    may_vary="kernel and blocking of Eigen or cuBLAS; threads",
    source=CUBLAS,
)
def matmul_float64(lab: Lab) -> object:
    return _narrow(lab.tf, "float64")


@case(
    "matmul.float16",
    family="matmul",
    exercises="tf.matmul of 256 x 512 and 512 x 128, float16",
    may_vary="whether sums are kept in float32; tensor cores; AVX512_FP16 and AMX kernels",
    source=CUBLAS,
)
def matmul_float16(lab: Lab) -> object:
    return _narrow(lab.tf, "float16")


@case(
    "matmul.bfloat16",
    family="matmul",
    exercises="tf.matmul of 256 x 512 and 512 x 128, bfloat16",
    may_vary="where sums are kept in float32 and rounded; AMX and AVX512_BF16 kernels",
    source=CUBLAS,
)
def matmul_bfloat16(lab: Lab) -> object:
    return _narrow(lab.tf, "bfloat16")


@case(
    "matmul.grad",
    family="matmul",
    exercises="gradients of tf.matmul for both factors of 400 x 600 and 600 x 300, float32",
    may_vary="products with one factor transposed have kernels of their own",
    source=CUBLAS,
)
def matmul_grad(lab: Lab) -> Outputs:
    factors = fixed("matmul.grad.left", 400, 600), fixed("matmul.grad.right", 600, 300)
    _, (by_left, by_right) = backward(lab.tf, "matmul.grad", lab.tf.matmul, *factors)
    return {"left": by_left, "right": by_right}


@case(
    "einsum.float32",
    family="matmul",
    exercises="tf.einsum over two axes, and of a batch with the second factor transposed, float32",
    may_vary="which transposes and products it becomes, and what those may vary by",
    source="tensorflow.org/api_docs/python/tf/einsum",
)
def einsum_float32(lab: Lab) -> Outputs:
    einsum = lab.tf.einsum
    one, other = fixed("einsum.one", 16, 24, 32), fixed("einsum.other", 32, 24, 40)
    query, key = fixed("einsum.query", 8, 48, 4, 16), fixed("einsum.key", 8, 56, 4, 16)
    return {
        "two_axes": einsum("abc,cbd->ad", one, other),
        "batch": einsum("bqhd,bkhd->bhqk", query, key),
    }


@case(
    "random.matmul.eager",
    family="matmul",
    exercises="two seeded random matrices, their product and its sum",
    may_vary="the stream (left, right), or else the arithmetic (product, sum)",
    source=CUBLAS,
)
def matmul_random(lab: Lab) -> Outputs:
    tf = lab.tf
    tf.random.set_seed(lab.seed)
    left = tf.random.normal([100, 100])
    right = tf.random.normal([100, 100])
    product = tf.matmul(left, right)
    return {"left": left, "right": right, "product": product, "sum": tf.reduce_sum(product)}


def _factors() -> tuple[NDArray[Any], NDArray[Any]]:
    return fixed("matmul.left", 512, 700), fixed("matmul.right", 700, 300)


def _narrow(tf: ModuleType, dtype: str) -> object:
    left = tf.cast(fixed("matmul.left16", 256, 512), dtype)
    return tf.matmul(left, tf.cast(fixed("matmul.right16", 512, 128), dtype))


@contextmanager
def _tensor_float_32(tf: ModuleType, *, allowed: bool) -> Iterator[None]:
    """Allow or forbid TF32 within the block; afterwards it is as it was, whatever happened."""
    config = tf.config.experimental
    before = config.tensor_float_32_execution_enabled()
    config.enable_tensor_float_32_execution(allowed)
    try:
        yield
    finally:
        config.enable_tensor_float_32_execution(before)
