"""The session-optional doors of the kitchen (architecture: the session rule)."""
