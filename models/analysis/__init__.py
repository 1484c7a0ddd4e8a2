"""What a trained network gets right and wrong, and how sure it is of it."""
