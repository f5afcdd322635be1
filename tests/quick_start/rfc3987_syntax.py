"""Stands in for the package of this name in the processes that tests start.

jsonschema, which nbformat needs, imports it where it is there, to know addresses in other alphabets
from mere text; no notebook holds one in a place where that is asked. It reads its grammar for three
seconds in every process, and the tests start hundreds.
"""

raise ImportError("The tests do without it.")
