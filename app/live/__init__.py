"""Who is asking, and what time is it?"""
