"""Code that can be read and copied."""
