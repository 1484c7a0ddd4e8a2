"""Training on this machine: a trainer process and its workers."""
