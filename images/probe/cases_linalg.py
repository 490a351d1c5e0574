"""Decompositions, solvers and Fourier transforms."""
