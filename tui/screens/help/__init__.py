"""Every key, searchable."""
