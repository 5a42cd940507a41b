"""What do other people's tables hold, and can every row be used?"""
