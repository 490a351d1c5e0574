"""Images: random changes, and resizing, backward."""
