"""Data sets of measured variables, and their scaling."""
