"""What would make the plan wrong."""
