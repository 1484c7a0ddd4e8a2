"""One reader for each kind of file that people bring, with its size limits."""
