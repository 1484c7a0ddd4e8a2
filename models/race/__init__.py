"""A race: a few variants of one experiment, from the same start, and what may be said of them."""
