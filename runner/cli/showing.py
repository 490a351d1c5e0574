"""Prints comparisons: after a run, and for the command `report`."""

from __future__ import annotations
