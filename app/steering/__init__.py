"""What does a sentence ask of the feed?"""
