"""What becomes of people who use this feed, day after day?"""
