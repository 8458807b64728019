"""More than a day at a glance: the week of a doctor or a chair, the month with its load."""
