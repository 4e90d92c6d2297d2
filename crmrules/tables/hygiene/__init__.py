"""Table hygiene: gaps, overlaps, shadowed rows and other faults of a whole decision table, found before it runs."""
