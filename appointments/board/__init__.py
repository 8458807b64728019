"""The flow board: who is where in the clinic, since when, and what can be tapped next."""
