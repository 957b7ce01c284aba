"""Which plugins there are and how they do."""
