"""How long each stage of a message takes, and how the servers fare: by SQL, page and rollup."""
