"""Names of parents and students, told by what stands before them and by lists of names."""

from conversations.agent.readers.names.reading import read_parent_name, read_student_names

__all__ = ["read_parent_name", "read_student_names"]
