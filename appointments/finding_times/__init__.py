"""Finding a time: what is wished for, which kinds of visits are for which part of the day, whole families."""
