"""A trained network without Keras: weights, forward pass, explanation, checkpoints."""
