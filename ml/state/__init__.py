"""What is known right now? Events write it, features read it."""
