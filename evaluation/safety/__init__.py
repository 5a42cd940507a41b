"""How well are harmful texts known, in disguise too, and in texts that other people collected?"""
