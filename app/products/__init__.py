"""What does a viewer get, step by step?"""
