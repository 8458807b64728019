"""What can be done with a chart: one verb per function."""
