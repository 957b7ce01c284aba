"""Writing a file: a list, the kitchen, or what a plugin makes of it."""
