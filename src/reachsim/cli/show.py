"""stub"""
HELP="stub"
def configure(p): pass
def run(a): return 0
