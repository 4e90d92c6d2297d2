"""From sources of rows to typed customers with their related records."""
