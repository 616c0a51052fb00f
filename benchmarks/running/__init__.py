"""A copy of the product under a benchmark, the load on it, and what it is held beside."""
