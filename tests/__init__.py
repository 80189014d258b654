"""The tests; a package, for some other one installs a package of this name too."""
