"""What several components use: registering, following a run, numerals."""
