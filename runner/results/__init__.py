"""What came out: the records of trials and runs, and the folder that keeps them."""
