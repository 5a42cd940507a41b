"""What travels over HTTP?"""
