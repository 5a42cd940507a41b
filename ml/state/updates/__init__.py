"""What changes the state?"""
