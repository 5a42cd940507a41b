"""How fast is the service, beside a route that has nothing to think about?"""
