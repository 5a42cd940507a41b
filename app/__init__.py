"""Who is asking, and what shall they see?"""
