from collections.abc import Iterator
from typing import Any

import pytest

from conversations.whatsapp.evolution import EvolutionGateway
from tests.stand_ins.evolution import EvolutionStandIn


@pytest.fixture
def evolution(settings: Any) -> Iterator[EvolutionStandIn]:
    with EvolutionStandIn() as stand_in:
        settings.EVOLUTION_API_URL = stand_in.url
        settings.EVOLUTION_API_KEY = stand_in.apikey
        settings.EVOLUTION_INSTANCE = stand_in.instance
        yield stand_in


@pytest.fixture
def whatsapp(evolution: EvolutionStandIn) -> EvolutionGateway:
    return EvolutionGateway()
