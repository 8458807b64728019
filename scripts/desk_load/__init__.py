"""Ten boards and ten schedules that refresh themselves while the clinic works: is every screen right, at what price."""
