"""What cases are made of: fixed inputs, gradients, networks, and ways to compile."""
