"""What leaves the screen: day sheets, routing slips, the evening's list, appointment cards, calendar files."""
