"""What if we knew every wish behind every click?"""
