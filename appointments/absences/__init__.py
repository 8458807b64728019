"""Somebody is away or a place is closed: the visits that stand there, where else they could go, and moving them."""
