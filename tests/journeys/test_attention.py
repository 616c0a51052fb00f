"""Blue ticks and "typing…" reach the parent's phone, once for what is newly heard."""

from conversations import attention


def test_a_parent_sees_that_somebody_reads(parent, gateway):
    read = parent.says("oi", "quanto custa?")
    claimed = attention.claim_due(10)
    assert claimed == [parent.conversation.pk]
    assert attention.claim_due(10) == []
    attention.attend(claimed[0])
    paths = {path.rsplit("/", 2)[1]: body for path, body in _calls(gateway)}
    assert [each["id"] for each in paths["markMessageAsRead"]["readMessages"]] == read
    assert paths["sendPresence"]["presence"] == "composing"


def _calls(gateway):
    return [(request.path, request.body) for request in gateway.requests]
