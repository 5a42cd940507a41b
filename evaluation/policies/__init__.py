"""What would somebody else have shown?"""
