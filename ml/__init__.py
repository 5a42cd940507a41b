"""What does the feed know, and how does it learn it?"""
