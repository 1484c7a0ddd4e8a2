"""One visitor's session: owner, choices, language, and the services behind the pages."""
