"""How likely is each action, and what is it all worth?"""
