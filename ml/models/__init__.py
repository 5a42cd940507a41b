"""Which models are learned, and what do they compute?"""
