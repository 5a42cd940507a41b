"""What happened, to which request, and how long did it take?"""
