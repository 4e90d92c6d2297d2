"""Renderers of action plans, one module a format; each is a pure function from a plan to bytes."""
