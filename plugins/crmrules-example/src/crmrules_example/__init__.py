"""A template for crmrules plugins."""
