"""The workspace of one event."""
