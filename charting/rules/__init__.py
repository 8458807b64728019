"""The words and rules of the chart: teeth, measures, indices, appliances, plans, visits. Pure; no queries here."""
