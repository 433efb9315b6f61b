"""The ``c`` target: one freestanding C99 pair, for firmware and for any program that links C.

Chosen: a predicate for each rule that reads as the law does, asked in text order for one event; loops over blocks
of 64 events that compilers turn into vectors for many. Constants are exact: decimal where that is short, else
hexadecimal. NaN stands for a missing float, a flag for any other missing value. Only ``stdint.h``, ``stdbool.h``,
``stddef.h`` and ``float.h`` are included, which every freestanding compiler has; nothing is allocated or kept.

Refused: one table of literals and an interpreter, which no reviewer of firmware can read beside the law; a single
``if`` chain with the literals in it, because the hits and the score need the same conditions and a copy can differ;
``&`` on single events, which takes every literal of every rule where the first false one would do.
"""
