"""The choice of a task and the settings of an experiment."""
