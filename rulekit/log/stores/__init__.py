"""The stores of a decision log: SQLite, PostgreSQL, a folder of Parquet, and the journal in front of them."""
