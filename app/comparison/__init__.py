"""The page that compares runs: a table of them, their curves in one figure, and sweeps."""
