"""A run as one ZIP file for another server, checked before anything of it is read."""
