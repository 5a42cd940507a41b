"""What is learned, and how is it computed?"""
