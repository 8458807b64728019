"""Pages for patients and parents."""
