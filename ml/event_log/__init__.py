"""What happened, and in which order?"""
