"""The pages in Chromium, as a person uses them."""
