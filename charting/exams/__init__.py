"""Exams side by side, as a page shows them."""
