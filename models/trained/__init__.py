"""Networks that were trained in advance, one a task."""
