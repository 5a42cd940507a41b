"""Why does a tweet stand where it stands, or not at all?"""
