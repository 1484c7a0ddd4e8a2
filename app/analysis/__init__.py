"""The Analyze page: where a network goes wrong, what goes on inside it, and what it bears."""
