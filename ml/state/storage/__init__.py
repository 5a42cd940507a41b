"""How does a state get to disk and back?"""
