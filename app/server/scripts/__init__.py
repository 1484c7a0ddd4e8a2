"""The scripts of the components on their way to the browser, and what a page preloads."""
