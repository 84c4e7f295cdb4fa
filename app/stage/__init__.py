"""The stage: the live picture of a run. Layouts turn runs into marks, a painter turns marks into pixels."""
