"""Choosing a task and an experiment."""
