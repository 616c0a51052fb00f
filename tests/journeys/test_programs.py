"""Another program on the other side: the bot falls silent before it becomes a ping-pong."""

from conversations import automatic


def test_two_bots_never_play_ping_pong(parent, gateway, work):
    """Another bot answers each of our replies at once with the same menu."""
    for _ in range(12):
        parent.says("Bem-vindo! 1 vendas, 2 suporte. Digite a opção desejada.")
        work.turns()
        work.sends()
    assert len(gateway.texts()) <= automatic.SAME_ANSWERS + 1
    assert parent.conversation.mode == "waiting"
