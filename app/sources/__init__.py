"""Which tweets might the viewer want?"""
