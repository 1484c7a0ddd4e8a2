"""Speed and memory against named rivals in the same run."""
