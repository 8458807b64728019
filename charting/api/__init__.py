"""The chart in the REST API."""
