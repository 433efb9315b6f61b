"""How a law is written: literals and clauses as text, documents, YAML files, and conditions in words."""
