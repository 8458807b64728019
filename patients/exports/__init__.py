"""What leaves the clinic in a file: lists for a spreadsheet, and one patient's whole record."""
