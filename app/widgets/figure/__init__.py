"""Figures of lines, bars and dots, wherever a page draws some."""
