"""The probe: fixed computations, run in one environment, digested bit for bit.

Runs as `python -m probe --out DIR`, in Python 3.8 syntax, with TensorFlow and NumPy only. No module
imports TensorFlow when it is itself imported: the recipe sets environment variables first.

A file of cases of your own takes what it needs from here: `from probe import case`.
"""

from __future__ import annotations

from probe.own import case
from probe.registry import Lab, UnsupportedError, need

__all__ = ["Lab", "UnsupportedError", "case", "need"]
