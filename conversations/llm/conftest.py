from tests.stand_ins.fixtures import anthropic, brain, closed_breakers, openai

__all__ = ["anthropic", "brain", "closed_breakers", "openai"]
