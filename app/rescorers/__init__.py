"""By what factor should a row change, whoever else is here?"""
