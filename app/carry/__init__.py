"""What a person takes away of a run, and brings to another server."""
