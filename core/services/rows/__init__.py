"""Rows that records and lists return: plain, frozen data, made fresh for each call."""
