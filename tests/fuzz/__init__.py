"""What does the service answer to requests that nobody should send?"""
