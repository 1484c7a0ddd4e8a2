"""Guided lessons: their files, and the panel that leads through one."""
