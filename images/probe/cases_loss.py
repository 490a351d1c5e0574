"""Softmax and losses, forward and backward."""
