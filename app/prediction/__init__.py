"""The parts of Predict: an input of each kind and the network's answer to it."""
