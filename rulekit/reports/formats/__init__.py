"""Findings for other tools: JUnit XML and SARIF."""
