"""The logic architecture: comparators, rules, hit policies and sums, as nets in pipeline stages."""
