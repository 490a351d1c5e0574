"""Images: random changes, colours, and the gradients of resizing and cropping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material.inputs import fixed, labels, unit
from probe.registry import case

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

SMALL = (4, 16, 16, 8)
LARGE = (4, 64, 64, 8)
BOXES, CROP = 64, 24


@case(
    "image.random_flip",
    family="image",
    exercises="tf.image.random_flip_left_right and _up_down of a batch, after set_seed",
    may_vary="a changed seed rule or stream: no arithmetic",
    source="tensorflow.org/api_docs/python/tf/image/random_flip_left_right",
)
def random_flip(lab: Lab) -> Outputs:
    tf, images = lab.tf, _photos(lab)
    tf.random.set_seed(lab.seed)
    return {
        "left_right": tf.image.random_flip_left_right(images),
        "up_down": tf.image.random_flip_up_down(images),
        "op_seed": tf.image.random_flip_left_right(images, seed=7),
    }


@case(
    "image.random_brightness",
    family="image",
    exercises="tf.image.random_brightness twice, after set_seed",
    may_vary="a changed seed rule or stream",
    source="tensorflow.org/api_docs/python/tf/image/random_brightness",
)
def random_brightness(lab: Lab) -> Outputs:
    tf, images = lab.tf, _photos(lab)
    tf.random.set_seed(lab.seed)
    return {
        "first": tf.image.random_brightness(images, 0.3),
        "second": tf.image.random_brightness(images, 0.3),
    }


@case(
    "image.stateless_random",
    family="image",
    exercises="tf.image.stateless_random_ brightness, hue, saturation, crop and flip",
    may_vary="a pure function of its seed; the arithmetic of the colour spaces",
    source="tensorflow.org/api_docs/python/tf/image/stateless_random_crop",
)
def stateless_random(lab: Lab) -> Outputs:
    image, photos, seed = lab.tf.image, _photos(lab), [lab.seed, 7]
    return {
        "brightness": image.stateless_random_brightness(photos, 0.3, seed),
        "hue": image.stateless_random_hue(photos, 0.3, seed),
        "saturation": image.stateless_random_saturation(photos, 0.5, 1.5, seed),
        "crop": image.stateless_random_crop(photos, [8, 16, 16, 3], seed),
        "flip": image.stateless_random_flip_left_right(photos, seed),
    }


@case(
    "image.stateless_random_contrast",
    family="image",
    exercises="tf.image.stateless_random_contrast: a stateless draw, then adjust_contrast",
    may_vary="the mean over each image; on a GPU no deterministic kernel",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md",
)
def stateless_random_contrast(lab: Lab) -> object:
    return lab.tf.image.stateless_random_contrast(_photos(lab), 0.5, 1.5, [lab.seed, 7])


@case(
    "image.adjust_contrast",
    family="image",
    exercises="tf.image.adjust_contrast of eight images",
    may_vary="the mean over each image is added in no fixed order on a GPU",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md",
)
def adjust_contrast(lab: Lab) -> object:
    photos = lab.tf.constant(unit("image.contrast", 8, 64, 64, 3))
    return lab.tf.image.adjust_contrast(photos, 1.7)


@case(
    "image.adjust_hue",
    family="image",
    exercises="tf.image.adjust_hue of eight images",
    may_vary="the fused kernel of the way to hue and back; contracted multiply and add",
    source="tensorflow.org/api_docs/python/tf/image/adjust_hue",
)
def adjust_hue(lab: Lab) -> object:
    return lab.tf.image.adjust_hue(_photos(lab), 0.15)


@case(
    "image.resize_bilinear.grad",
    family="image",
    exercises="tf.image.resize, bilinear, 16 x 16 to 64 x 64: gradient for the images",
    may_vary="sixteen pixels add into one, by atomics on a GPU unless deterministic (from 2.4)",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md",
)
def resize_bilinear_grad(lab: Lab) -> object:
    return _resize_grad(lab, "bilinear")


@case(
    "image.resize_nearest.grad",
    family="image",
    exercises="tf.image.resize, nearest, 16 x 16 to 64 x 64: gradient for the images",
    may_vary="sixteen pixels add into one, by atomics on a GPU; no deterministic kernel",
    source="github.com/tensorflow/tensorflow/pull/51023",
)
def resize_nearest_grad(lab: Lab) -> object:
    return _resize_grad(lab, "nearest")


@case(
    "image.crop_and_resize.grad",
    family="image",
    exercises="tf.image.crop_and_resize, 64 overlapping boxes: gradients for images and boxes",
    may_vary="boxes race for the pixels they share, on CPUs too; deterministic on CPUs from 2.6",
    source="github.com/tensorflow/tensorflow/issues/42033",
)
def crop_and_resize_grad(lab: Lab) -> Outputs:
    tf = lab.tf
    images = tf.constant(unit("image.crop", *SMALL))
    boxes = tf.constant(_boxes())
    owners = labels("image.owners", BOXES, SMALL[0])
    with tf.GradientTape() as tape:
        tape.watch([images, boxes])
        crops = tf.image.crop_and_resize(images, boxes, owners, [CROP, CROP])
    upstream = tf.constant(fixed("image.crop.upstream", BOXES, CROP, CROP, SMALL[-1]))
    by_images, by_boxes = tape.gradient(crops, [images, boxes], upstream)
    return {"images": by_images, "boxes": by_boxes}


def _photos(lab: Lab) -> object:
    return lab.tf.constant(unit("image.photos", 8, 32, 32, 3))


def _resize_grad(lab: Lab, method: str) -> object:
    tf = lab.tf
    images = tf.constant(unit("image.resize", *SMALL))
    with tf.GradientTape() as tape:
        tape.watch(images)
        resized = tf.image.resize(images, LARGE[1:3], method=method)
    return tape.gradient(resized, images, tf.constant(fixed("image.resize.upstream", *LARGE)))


def _boxes() -> NDArray[np.float32]:
    """Return boxes (top, left, bottom, right), half as wide and as high as the image."""
    corners = unit("image.boxes", BOXES, 2) / np.float32(2)
    return np.concatenate([corners, corners + np.float32(0.5)], axis=1)
