"""The inputs of an audit: decisions, events, logs and teacher scores, aligned event by event.

Chosen: events are joined by their id if they have one. Joining by position was refused there, because one lost
row would make every row after it look wrong.

Chosen: a log is audited like a file. Its events are the values that were read; a log that is a sample weighs
each decision by what it stands for.
"""
