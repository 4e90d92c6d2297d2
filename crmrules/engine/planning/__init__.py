"""The parts of a plan: who does a thing, whether the customer may be reached, how much one person can do in a day."""
