"""Names of parents and students, told by what stands before them and by lists of names."""

from conversations.agent.readers.names.reading import (
    is_a_name,
    read_parent_name,
    read_student_names,
)

__all__ = ["is_a_name", "read_parent_name", "read_student_names"]
