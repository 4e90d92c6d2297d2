"""Rule sets in workbooks: reading without a spreadsheet library, writing with openpyxl."""
