"""Kitchens and parts of them, in and out of files."""
