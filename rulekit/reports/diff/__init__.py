"""The comparison of two versions: as text, Markdown, HTML and JSON."""
