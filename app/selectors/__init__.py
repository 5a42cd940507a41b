"""Which rows are served, in which order?"""
