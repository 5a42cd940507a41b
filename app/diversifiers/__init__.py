"""By what factor should a row change for the company it keeps?"""
