"""What keeps the feed running?"""
