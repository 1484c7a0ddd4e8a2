"""Guided lessons: the files of the six, and the panel that leads through one."""
