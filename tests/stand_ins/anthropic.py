"""A local HTTP server that behaves like Anthropic's API, with a brain of your choice.

    python -m tests.stand_ins.anthropic --port 8016 [--brain module:callable] [--faults ok,refusal]

/v1/messages; see tests/stand_ins/openai.py, which it stands beside.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.stand_ins import brains
from tests.stand_ins.models import ModelFault, ModelServer, Tokens
from tests.stand_ins.program import run

ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


@dataclass
class AnthropicStandIn(ModelServer):
    def answered(self, path: str, body: Any) -> tuple[int, Any, ModelFault | None]:
        if path != "/v1/messages":
            return 404, self.error(404), None
        asked = _asked(body)
        self.asked.append(asked)
        fault = self.fault(asked)
        if fault and fault.kind == "status":
            return fault.status, self.error(fault.status), fault
        said = self.said(asked, fault)
        answer = _message(asked, said, self.tokens(asked, said), fault.kind if fault else "")
        if fault and fault.kind == "bare":
            del answer["usage"]
        if fault and fault.kind == "extra":
            answer |= {"x_new": [1, {"deep": None}]}
        return 200, answer, fault

    def error(self, status: int) -> Any:
        error = {"type": ERRORS.get(status, "api_error"), "message": f"Stand-in says {status}"}
        return {"type": "error", "error": error, "request_id": f"req_{uuid.uuid4().hex[:12]}"}


def _asked(body: dict[str, Any]) -> brains.Asked:
    user = [one["content"] for one in body["messages"] if one["role"] == "user"]
    schema = ((body.get("output_config") or {}).get("format") or {}).get("schema", {})
    return brains.read(body["model"], _text(body.get("system", "")), _text(user[-1]), schema)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _message(asked: brains.Asked, said: str, tokens: Tokens, fault: str) -> dict[str, Any]:
    ended = {"refusal": "refusal", "cut": "max_tokens"}.get(fault, "end_turn")
    return {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [{"type": "text", "text": said}] if said else [],
        "stop_reason": ended,
        "stop_sequence": None,
        "usage": {
            "input_tokens": tokens.input - tokens.cached - tokens.written,
            "cache_read_input_tokens": tokens.cached,
            "cache_creation_input_tokens": tokens.written,
            "cache_creation": {
                "ephemeral_5m_input_tokens": tokens.written,
                "ephemeral_1h_input_tokens": 0,
            },
            "output_tokens": tokens.output,
            "service_tier": "standard",
        },
    }


if __name__ == "__main__":
    run(AnthropicStandIn, "ANTHROPIC")
