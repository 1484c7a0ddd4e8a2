"""What sets runs apart, and which of them repeat one setting over seeds."""
