"""Names and descriptions of runs and files, the same on every page."""
