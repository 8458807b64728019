"""Records from another system: read the file, settle its columns, try it out, bring them over."""
