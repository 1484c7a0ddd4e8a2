"""The parts of My runs: an owner's runs, their retention, and the move to another browser."""
