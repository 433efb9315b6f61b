"""The ``systemverilog`` target: logic for an FPGA, one event a clock, a few clocks from event to answer.

Chosen: every rule is a named net under the words of the law, so that a physicist reads the law in the RTL. Each
threshold is asked once, as a chain of gates over the bits of its feature, and shared by all rules. Register
cuts go where they shorten the longest path most; whether a cut is there is a parameter, so that proofs see the
same text without clocks. The text keeps to what yosys, Verilator, Icarus and vendor tools read alike. A design
is proved equal to a golden model that another path writes from the bound rules. Where rules change more often
than a design can be synthesised, the option ``architecture=tables`` has them in memories that are loaded, at
the price of blocks of memory and of one cycle at least.

Refused: ``>=`` on vectors, from which synthesis builds subtractors of four times the size; a state machine or a
processor, because latency would depend on the event; native floats, because a float comparator of 32 bits costs
what ten rules do, and detectors deliver integers; prescales in the decision path, which is why they live in the
module around it (option ``control``).
"""
