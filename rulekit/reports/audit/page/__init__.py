"""The audit as one HTML page.

Chosen: charts are SVG, written by Jinja macros from geometry computed here. Text stays text in the font of the
page, colours come from the style sheet, so dark mode and print work, and a report of 20 rules has a tenth of
the bytes that a plotting library needs. Tables with colour (overlap, cutflow) are real tables, for screen
readers and for copying.
"""
