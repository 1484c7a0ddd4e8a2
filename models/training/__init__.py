"""The training loop, which is the only part that uses Keras and TensorFlow."""
