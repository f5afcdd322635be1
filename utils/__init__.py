"""The course's own library: one concept a module, in the order of the chapters."""
