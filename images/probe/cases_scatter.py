"""Many values into few places: segments, scatter, gather backward, counting, sparse products."""
