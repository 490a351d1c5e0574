"""What it means: verdicts and groups. Pure."""
