"""What can be declared of a table: kinds of objects, kinds of fixtures, predicates, colours, meshes.

Its modules are what is public, those in `__all__`.
"""

__all__ = ["colors", "fixture_kind", "kind", "meshes", "predicate_kind", "solids"]
