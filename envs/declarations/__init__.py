"""What can be declared of a table: kinds of objects, kinds of fixtures, predicates, colours, meshes."""
