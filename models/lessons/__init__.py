"""Lessons as values: read from TOML, checked, and compared with runs."""
