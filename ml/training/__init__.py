"""How are the models trained without looking ahead?"""
