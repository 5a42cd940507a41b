"""Which rows stay?"""
