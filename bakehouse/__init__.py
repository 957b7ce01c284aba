"""Bakehouse plans food that is made in batches for a date."""

__version__ = "0.1.0"
