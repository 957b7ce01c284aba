"""Going anywhere by one letter."""
