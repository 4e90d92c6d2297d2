"""The built-in readers of rows: CSV, Excel, JSON, SQLite. They know files, not facts."""
