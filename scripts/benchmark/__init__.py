"""How quick the clinic is on each database, on one machine in one run: `make benchmark`."""
