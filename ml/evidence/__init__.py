"""What speaks for a tweet in a request, beside the viewer's predicted actions?"""
