"""One box that finds anyone: names despite slips, phones, dates, numbers."""
