"""Does the live service keep what it promises, under load and when it is killed?"""
