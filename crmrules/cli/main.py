"""Entry point."""


def main() -> None:
    """To be written."""
