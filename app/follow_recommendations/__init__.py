"""Whom should the viewer follow, and for which reasons?"""
