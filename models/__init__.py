"""Tasks, experiments, training, runs and predictions. Knows no page and no chart."""
