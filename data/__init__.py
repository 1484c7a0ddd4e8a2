"""Data sets: loads, checks, prepares and caches arrays. Imports neither ``models`` nor ``app``."""
