"""The report of an evaluation: a page to read, tables to quote, and all that repeating it takes."""
