"""What the probe ran on: versions, libraries as loaded, processor, GPUs, switches."""
