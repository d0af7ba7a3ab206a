"""Who is asked: models of ours and of others, recorded answers, and what hears nothing, behind one registry."""
