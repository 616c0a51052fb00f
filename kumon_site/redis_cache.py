"""Django's cache in Redis, without a client made anew for every call.

Making one costs a tenth of a millisecond, as much as asking Redis; a message asks some five times.
"""

from functools import cache
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from redis.driver_info import DriverInfo

# Else each new connection reads the package's metadata from disk: three milliseconds.
DRIVER = DriverInfo(lib_version=redis.__version__)


class _Client(RedisCacheClient):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"driver_info": DRIVER, **options})
        self._client: Any = cache(self._client)  # by its pool; it holds nothing else


class RedisCache(DjangosRedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
