"""What surrounds the decision logic: control registers, a test bench, a VHDL wrapper."""
