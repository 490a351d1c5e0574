"""Pooling, normalisation and bias: mostly their gradients."""
