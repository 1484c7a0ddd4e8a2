"""How runs and files are named and told about, the same on every page."""
