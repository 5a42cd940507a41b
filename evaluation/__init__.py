"""How good is the feed, and who says so?"""
