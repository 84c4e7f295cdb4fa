"""The desktop application: windows, pages, widgets, the stage, and what they keep on disk."""
