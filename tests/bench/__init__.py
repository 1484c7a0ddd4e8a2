"""Measures what people wait for and what a class costs."""
