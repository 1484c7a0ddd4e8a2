"""Single updates: their strip and the formula of one weight."""
