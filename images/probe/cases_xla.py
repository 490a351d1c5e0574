"""The important computations again, compiled by XLA."""
