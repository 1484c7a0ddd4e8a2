"""How like its training rows an example is to a network."""
