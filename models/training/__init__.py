"""The training loop, the only part that uses Keras and TensorFlow."""
