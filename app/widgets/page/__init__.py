"""What every page has in the browser beside what it shows."""
