"""Links: to settings, to one run, and for a class."""
