"""The pages: widgets laid out, wired to controllers and to the stage."""
