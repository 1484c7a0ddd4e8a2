"""What becomes of raw rows: prepared numbers, documents, and the network's size that follows."""
