"""The table of runs to choose from, and the pictures of a sweep."""
