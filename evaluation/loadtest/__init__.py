"""How fast and how reliable is the service under load?"""
