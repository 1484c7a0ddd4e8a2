"""Live curves of loss and accuracy."""
