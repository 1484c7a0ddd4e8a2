"""The page Race: variants of one experiment from the same start, side by side."""
