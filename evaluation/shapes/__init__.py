"""Does the product hold on data that lacks something?"""
