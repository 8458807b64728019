"""The treatment card and the chart's head, read for a page."""
