"""Re-seeding before each repeat, as a user would."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from types import ModuleType


def reseed(tf: ModuleType, seed: int) -> None:
    """Seed Python, NumPy, TensorFlow and Keras.

    `tf.keras.utils.set_random_seed` (from 2.7) does all four, and with Keras 3 also resets the
    seed generator that Keras shares between layers. Before, the first three by hand.
    """
    at_once = getattr(tf.keras.utils, "set_random_seed", None)
    if at_once is not None:
        at_once(seed)
        return
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the global stream is what a user's program seeds
    tf.random.set_seed(seed)
