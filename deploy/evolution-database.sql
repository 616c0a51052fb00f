-- Evolution API keeps its own tables in a database beside ours.
CREATE DATABASE evolution;
