"""The same folders as the code; real processes, a real database, a real browser."""
