"""What should the world learn?"""
