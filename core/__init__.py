"""The kitchen without a screen: models, services, planning."""
