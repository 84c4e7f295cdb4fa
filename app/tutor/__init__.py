"""The tutor: what the learner did, which question comes next, and the states of one question.

Pure functions over frozen dataclasses. No Qt, no database, no clock.
"""
