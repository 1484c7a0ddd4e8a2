"""The parts of Train: starting and controlling a run, its curves, network, optimizer and result."""
