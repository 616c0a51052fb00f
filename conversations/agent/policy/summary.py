"""What staff need at a glance when a conversation is handed over."""

from conversations.agent.situation import Family, StudentFacts


def summary(family: Family) -> str:
    """One line in Portuguese for staff; only what the rows say."""
    parts = [family.parent_name or "Responsável ainda sem nome"]
    parts += [_student(student) for student in family.students if student.name or student.age]
    if family.visit:
        parts.append(f"visita {family.visit.starts_at:%d/%m às %H:%M}")
    return " · ".join(parts)


def _student(student: StudentFacts) -> str:
    details = [student.name or "aluno"]
    if student.age is not None:
        details.append("1 ano" if student.age == 1 else f"{student.age} anos")
    if student.grade:
        details.append(student.grade)
    return ", ".join(details)
