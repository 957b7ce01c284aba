"""What can be done in a kitchen, as data."""
