"""The parts of Train: starting, controlling, curves, network, optimizer, result."""
