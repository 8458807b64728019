"""What stands behind the editors of the clinic's own data."""
