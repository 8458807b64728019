"""How quick the search box is in clinics of 20,000 to 1,000,000 patients: `python -m scripts.search_scale`."""
