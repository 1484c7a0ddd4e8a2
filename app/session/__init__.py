"""What one visitor's session knows: owner, choices, language, and the services behind the pages."""
