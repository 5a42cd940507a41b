"""By what factor should a row change, independent of the other rows?"""
