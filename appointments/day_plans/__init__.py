"""What the parts of a day are kept for: templates, built days, and what may be booked where."""
