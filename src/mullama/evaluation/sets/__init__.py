"""Published sets of questions -> items: one reader for each form, behind one registry."""
