"""How good is the feed for somebody of whom little is known?"""
