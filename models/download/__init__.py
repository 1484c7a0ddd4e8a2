"""A trained network as files that work outside the lab."""
