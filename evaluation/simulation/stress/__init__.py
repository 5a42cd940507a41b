"""What if somebody makes trouble, or everybody changes?

Each scenario is a plan and events from outside; what it says is compared with the same days
without it.
"""
