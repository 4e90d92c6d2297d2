"""Plugins: the hooks, and the manager that makes a registry of what they give."""
