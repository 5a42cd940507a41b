"""What do the imported tables hold, and can every row be used?"""
