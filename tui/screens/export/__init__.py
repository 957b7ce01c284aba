"""Writing a list into a file."""
