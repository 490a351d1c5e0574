"""What to run: the matrix file, its cells, and what is known of the releases they name. Pure."""
