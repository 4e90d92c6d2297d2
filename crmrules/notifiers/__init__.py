"""The built-in ways to tell people about actions: the console and a file."""
