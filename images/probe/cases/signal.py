"""Fourier transforms of fixed signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab

CUFFT = "docs.nvidia.com/cuda/cufft, API reference guide for cuFFT"


@case(
    "signal.fft",
    family="linalg",
    exercises="tf.signal.fft of 16 complex64 signals of 4096",
    may_vary="the library (Eigen, DUCC, cuFFT), its plan and its table of roots",
    source=CUFFT,
)
def fft(lab: Lab) -> object:
    tf = lab.tf
    return tf.signal.fft(tf.complex(fixed("fft.real", 16, 4096), fixed("fft.imag", 16, 4096)))


@case(
    "signal.rfft2d",
    family="linalg",
    exercises="tf.signal.rfft2d of 4 real images of 96 x 80, float32",
    may_vary="as signal.fft; sizes that are no powers of two take other steps",
    source=CUFFT,
)
def rfft2d(lab: Lab) -> object:
    return lab.tf.signal.rfft2d(fixed("fft.images", 4, 96, 80))


@case(
    "signal.stft",
    family="linalg",
    exercises="tf.signal.stft of 16,384 samples, frames of 512 every 128, Hann window",
    may_vary="as signal.fft; the cosine of the window",
    source="tensorflow.org/api_docs/python/tf/signal/stft",
)
def stft(lab: Lab) -> object:
    return lab.tf.signal.stft(fixed("fft.samples", 16_384), frame_length=512, frame_step=128)
