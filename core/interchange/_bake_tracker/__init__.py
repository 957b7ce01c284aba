"""The parts of the bake-tracker reader; `core.interchange.bake_tracker` is its door."""
