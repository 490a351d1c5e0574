"""A comparison as one HTML file that needs nothing else: no network, no other file."""

from runner.reports.html.page import Stored, render

__all__ = ["Stored", "render"]
