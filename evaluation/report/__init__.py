"""Who reads it: a program, a terminal, or a person with a browser?"""
