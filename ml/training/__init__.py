"""How are the models learned, without ever looking ahead?"""
