"""The ``systemverilog`` target: logic for an FPGA that takes one event a clock and answers a few clocks later.

Chosen: every rule is a named net below the text of the law, so that a physicist can read the law in the RTL. Each
threshold is compared once, by a chain of gates over the bits of its feature, and the result is shared by all rules.
Pipeline registers stand where they shorten the longest path most. Whether a register is there is a parameter, so
that proofs read the same text without clocks. The text uses only what yosys, Verilator, Icarus and vendor tools
read alike. A design is proved equal to a golden model that another path writes from the bound rules. Where rules
change more often than a design can be synthesised, the option ``architecture=tables`` keeps them in memories that
are loaded; this costs blocks of memory and at least one cycle.

Refused: ``>=`` on vectors, from which synthesis builds subtractors of four times the size; a state machine or a
processor, because latency would depend on the event; native floats, because a float comparator of 32 bits costs
what ten rules do, and detectors deliver integers; prescales in the decision path, which is why they live in the
module around it (option ``control``).
"""
