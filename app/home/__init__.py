"""The parts of Home: a card a task, the first run, the newest runs."""
