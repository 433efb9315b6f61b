"""The runtime: decides files and streams of events, and says what it did.

Chosen: one streaming Polars plan per file (scan, decide, sink), so that memory stays bounded whatever the size;
a draft beside the target and one rename, so that a decisions file is whole or absent; a manifest beside it that
carries the ruleset itself, so that an audit years later needs nothing else of ours.

Chosen: fixed-point formats by deciding real events both ways, each feature alone at every width and then together;
the price of a choice is a sum over features, so that the cheapest one is searched for, not met by greed.

Chosen: ranges that reach as far as the thresholds do, not as far as the bounds; what lies beyond saturates, which
changes no decision. At the same step that spares bits and look-up tables that told nothing apart.

Refused: a loop over chunks in Python, which is slower and no clearer; dropping events that can't be decided
(they are ``invalid``, with a finding that counts them).
"""
