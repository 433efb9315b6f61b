"""Code that several targets share. It is shared by functions: no target inherits from another."""
