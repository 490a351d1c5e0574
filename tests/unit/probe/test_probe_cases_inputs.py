"""What the cases ask of their inputs, beyond being fixed."""

from __future__ import annotations

import numpy as np

from probe.cases.linalg import _positive, _symmetric
from probe.cases.loss import FEW, LONGEST, SYMBOLS, _label_lengths, _symbols
from probe.cases.pool import IMAGES, LEVELS, _tied
from probe.cases.rnn import STEPS, _right_padded


def test_masks_are_padded_on_the_right_and_hide_no_sequence_whole() -> None:
    mask = _right_padded()
    assert mask[:, 0].all()
    assert not (np.diff(mask.astype(int), axis=1) > 0).any()
    assert len(set(mask.sum(axis=1).tolist()) & set(range(1, STEPS))) > 1


def test_labels_of_ctc_are_no_blanks_and_fit_their_steps() -> None:
    symbols, lengths = _symbols(), _label_lengths()
    assert set(symbols.ravel().tolist()) <= set(range(1, SYMBOLS))
    assert set(lengths.tolist()) <= set(range(1, LONGEST + 1))
    repeated = (np.diff(symbols, axis=1) == 0).sum(axis=1)  # a blank must come between
    assert (lengths + repeated).max() <= FEW


def test_a_symmetric_matrix_is_symmetric_to_the_bit() -> None:
    assert _symmetric().tobytes() == _symmetric().T.tobytes()


def test_a_positive_matrix_is_outweighed_by_its_diagonal() -> None:
    matrix = np.abs(_positive().astype(np.float64))
    assert (2 * np.diag(matrix) > matrix.sum(axis=1)).all()


def test_most_windows_of_max_pooling_have_several_maxima() -> None:
    values = _tied("pool.max2d", *IMAGES)
    assert sorted(set(values.ravel().tolist())) == list(range(LEVELS))
    windows = np.lib.stride_tricks.sliding_window_view(values, (3, 3), axis=(1, 2))
    maxima = (windows == windows.max(axis=(-2, -1), keepdims=True)).sum(axis=(-2, -1))
    assert (maxima > 1).mean() > 0.5
