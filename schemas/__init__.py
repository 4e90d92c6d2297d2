"""The published JSON Schemas, installed as the package ``crmrules_schemas``."""
