"""The Data page: what goes into a network, as pictures and as numbers."""
