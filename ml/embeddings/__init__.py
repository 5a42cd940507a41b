"""How near are a viewer and a tweet? Three answers, each in 0–1."""
