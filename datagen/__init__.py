"""How is a synthetic world made whose true preferences are known?"""
