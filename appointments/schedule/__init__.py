"""What the grid of a day says besides who comes when: the doctors' time, alerts, moving by hand."""
