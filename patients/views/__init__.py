"""Pages about patients."""
