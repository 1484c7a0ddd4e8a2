"""The pages and the server that sends them. Never imports TensorFlow."""
