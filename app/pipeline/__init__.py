"""How does a question become a feed?"""
