"""samebits: which TensorFlow / CUDA / cuDNN combinations give the same bits for the same seed."""

__version__ = "0.1.0"
