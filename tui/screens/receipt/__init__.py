"""A receipt in one continuous form."""
