"""Links to settings and to runs: what stands in them, and who may read what by them."""
