"""What the program can show of itself: a test without a screen, and pictures of all it draws."""
