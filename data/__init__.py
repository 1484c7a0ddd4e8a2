"""Data sets: loads, checks, prepares and caches arrays. Knows no network and no page."""
