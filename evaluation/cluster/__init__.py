"""Does the service keep its promises on several machines, whatever fails between them?"""
