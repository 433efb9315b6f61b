"""Learners: what proposes candidate rules. Trees, forests, the rules of imodels, the trees of the teacher."""
