"""The kitchen: recipes, bundles, items and products."""
