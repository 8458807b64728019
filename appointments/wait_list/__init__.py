"""Wishes for another time, and what becomes of a time that is freed."""
