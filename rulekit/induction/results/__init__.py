"""What an induction returns, and how it shows itself: as text, as JSON and in a notebook.

Chosen: the drafted ruleset comes with the whole path of smaller ones, because how much a literal buys is a decision
for people. Chosen: the teacher's own efficiency at the budget stands beside it as the natural ceiling.

Refused: a plotting library for the chart. It is a few lines of SVG, and a notebook needs no extra to show it.
"""
