"""Nothing falls through: answers at checkout, lists of who must be called, days that are closed."""
