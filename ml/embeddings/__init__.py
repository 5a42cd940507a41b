"""How near are a viewer and a tweet, by each embedding, in 0–1?"""
