"""A static site of the zoo: an index with pictures, a page a system, and generators that draw in the page.

The site needs no server and asks for nothing from outside. Without its live part it holds no scripts.
"""
