"""Reports: a record of decisions, replayed to the last event, measured, and put on one page to sign.

Chosen: the audit is a value (:class:`rulekit.reports.audit.model.audit.Audit`), and the page is drawn from
that value alone, so that the JSON twin holds every number on the page and the page can be drawn again from
it. *Every* decision is recomputed by the compiled rules, which is cheap; a seeded sample is replayed by the
reference semantics, which is slow and obviously right. What is measured is the record, not the
recomputation: the report is about what was done.

Chosen: charts are SVG written by Jinja macros from geometry computed here. Text stays text, in the font of the
page, colours are those of the style sheet, so dark mode and print follow, and a report of 20 rules has a
tenth of the bytes that a plotting library gives. Tables that carry colour (overlap, cutflow) are real tables,
for screen readers and for copying.

Chosen: a design for an FPGA is told from its artifact's evidence, and synthesis is not run again: the report is
read where no tool is. What removing a rule changes is counted exactly, from the hits, because a rule that saves
look-up tables is given up for the events that it alone takes. The design's formats are tried on the recorded
events, because a proof says that the logic is the law in these formats, not that the formats do no harm.

Chosen: decisions are recomputed by another engine than ``decide`` takes (the ``polars`` target, where the
kernel decides), so that two programs have to agree. A gate is judged by its interval, with "can't tell" as an
answer of its own. Bands are exact: a period without drift is a draw from the record, so its hits are
hypergeometric. What is compared many times is corrected (Holm for subgroups, Bonferroni for bands), and the
page says by what. A mark on a stability index needs to stand out from noise, because a small record would wear
nothing but marks. How little the law misses an event by is decided by the compiled rules too: each term becomes
a rule of its own.

Chosen: a decision log is replayed out of itself, from the values that were read and the law that each record names
by its digest, batch by batch, so that years of it fit in memory. The kernel recomputes all of it, for speed; what
it could get wrong together with ``decide``, the sample shows, which is read by another reader and decided by the
reference semantics. A record is equal, different, or can't be replayed, and the three are never added up. An audit
takes a log too, and weighs what a sample of decisions stands for.

Chosen: whether a law is in force is told as of the last act of its register, not as of now, so that the page stays
the same.

Refused: a tolerance in the replay, because the event on the threshold is the one that is asked about; a date
on the page, because equal input gives equal bytes, and whoever signs writes the date; scripts, fonts or
pictures from anywhere else, because the page must open in ten years; joining events by position where they
have an id, because one lost line would make every line after it look wrong.

Refused: guessing. Without events, truth or a teacher, what can't be told is left out, and the page says what
and why. Prescales act after the rules, so a record is compared with what the rules decide.
"""
