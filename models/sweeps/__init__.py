"""Sweeps: many runs over a few settings, through the queue that every run waits in."""
