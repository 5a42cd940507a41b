"""Which data structures hold the state? They know nothing of tweets."""
