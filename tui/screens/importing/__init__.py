"""Importing a file of any format."""
