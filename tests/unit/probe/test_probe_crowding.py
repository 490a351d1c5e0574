"""Many values bound for few places."""

from __future__ import annotations

import numpy as np

from probe.material.crowding import COUNT, PLACES, places, values


def test_every_place_gets_thousands_of_values() -> None:
    counts = np.bincount(places(), minlength=PLACES)
    assert counts.size == PLACES
    assert counts.min() > 0.9 * COUNT / PLACES


def test_values_are_float32_of_many_magnitudes() -> None:
    assert values().dtype == np.float32
    assert values().shape == (COUNT,)
    magnitudes = np.abs(values()[values() != 0])
    assert np.percentile(magnitudes, 95) / np.percentile(magnitudes, 5) > 500


def test_another_order_of_adding_gives_other_bits_in_nearly_every_place() -> None:
    forwards, backwards = (np.zeros(PLACES, np.float32) for _ in range(2))
    np.add.at(forwards, places(), values())
    np.add.at(backwards, places()[::-1], values()[::-1])
    assert np.count_nonzero(forwards != backwards) > 0.9 * PLACES
