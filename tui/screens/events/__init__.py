"""The home: every event and how far it is."""
