"""How good is the feed on what training never saw?"""
