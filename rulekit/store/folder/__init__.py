"""The law folder: ruleset, schema, charter and precedents as files."""
