"""Whom to follow?"""
