"""One file a page, at most 60 lines: it arranges the parts of other folders."""
