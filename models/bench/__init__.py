"""Speed and memory of training, measured beside Keras and scikit-learn."""
