"""What holds for all tests."""

from __future__ import annotations

import signal

# A shell that runs a job in the background has it ignore interrupts, and so would all that is
# started here: but some tests interrupt what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
