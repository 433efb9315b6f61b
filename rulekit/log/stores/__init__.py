"""The stores of a decision log: SQLite, PostgreSQL, and a folder of Parquet files with a journal.

Chosen: three stores behind one small protocol, which keeps lines in order and gives them back: SQLite for one
process, a folder of Parquet files for archives, PostgreSQL for a site. Chain, privacy, sampling and losses are the
same above all three, and so are their tests.

Chosen: the chain hash of each line is stored beside it, 32 bytes, because a chain of which only the heads are
known can say that a segment is wrong, but not which line.

Refused: columns beside the text that hold a value a second time, since two copies can disagree.
"""
