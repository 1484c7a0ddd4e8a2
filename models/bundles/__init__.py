"""A run as one ZIP file, to be taken to another server and back."""
