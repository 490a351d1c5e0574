"""What others have published about determinism, held against what was measured. Pure."""
