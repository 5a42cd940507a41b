"""May this query enter?"""
