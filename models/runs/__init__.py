"""Runs on disk: the store, its database and folders, and what is kept how long."""
