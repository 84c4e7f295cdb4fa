"""Questions: banks, concepts, variants, grading and the checker. Importing it imports nothing else."""
