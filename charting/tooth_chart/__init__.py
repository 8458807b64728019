"""The tooth chart: what is drawn of the teeth on a day."""
