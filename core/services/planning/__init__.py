"""Reads of the plan, and the decisions that steer it."""
