"""Why a network answers so: what every input adds, and how the answer would change."""
