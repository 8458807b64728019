"""Reading for the pages of the plan, of consents and of consultations."""
