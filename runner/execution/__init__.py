"""Doing it: what is left to run, in which order, and how far it got."""
