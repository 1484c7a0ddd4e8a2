"""Tasks, experiments, training, runs and predictions. Imports nothing of ``app``."""
