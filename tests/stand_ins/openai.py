"""A local HTTP server that behaves like OpenAI's API, with a brain of your choice.

    with OpenAIStandIn(brain=by_rules) as openai:  # then settings.OPENAI_BASE_URL = openai.url
        openai.faults.append(ModelFault.of("429:20"))

    python -m tests.stand_ins.openai --port 8015 [--brain module:callable] [--faults ok,slow:3,500]

/v1/chat/completions, /v1/responses and /v1/audio/transcriptions, each with and without /v1.
"""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.stand_ins import brains
from tests.stand_ins.models import ModelFault, ModelServer, Tokens
from tests.stand_ins.program import run

ERRORS = {
    400: ("invalid_request_error", "invalid_value"),
    401: ("invalid_request_error", "invalid_api_key"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
    500: ("server_error", "server_error"),
}
REFUSAL = "I'm sorry, I cannot assist with that request."


@dataclass
class OpenAIStandIn(ModelServer):
    transcript: str = "quanto custa a mensalidade?"
    uploads: list[bytes] = field(default_factory=list)

    def answered(self, path: str, body: Any) -> tuple[int, Any, ModelFault | None]:
        route = path.removeprefix("/v1")
        if route == "/audio/transcriptions":
            return self._transcribed(body)
        reader, writer = ROUTES.get(route, (None, None))
        if reader is None or writer is None:
            return 404, self.error(404), None
        asked = reader(body)
        self.asked.append(asked)
        fault = self.fault(asked)
        if fault and fault.kind == "status":
            return fault.status, self.error(fault.status), fault
        said = self.said(asked, fault)
        answer = writer(asked, said, self.tokens(asked, said), fault.kind if fault else "")
        return 200, _spoilt(answer, fault), fault

    def error(self, status: int) -> Any:
        kind, code = ERRORS.get(status, ("server_error", "server_error"))
        error = {"message": f"Stand-in says {status}", "type": kind, "param": None, "code": code}
        return {"error": error}

    def _transcribed(self, body: bytes) -> tuple[int, Any, ModelFault | None]:
        self.uploads.append(body)
        fault = self.fault(None)
        if fault and fault.kind == "status":
            return fault.status, self.error(fault.status), fault
        usage = {"type": "duration", "seconds": 4}
        return 200, {"text": self.transcript, "usage": usage}, fault


def _spoilt(answer: dict[str, Any], fault: ModelFault | None) -> dict[str, Any]:
    if fault and fault.kind == "bare":
        return {key: value for key, value in answer.items() if key != "usage"}
    if fault and fault.kind == "extra":
        return answer | {"moderation": {"flagged": False}, "x_new": [1, {"deep": None}]}
    return answer


def _from_chat(body: dict[str, Any]) -> brains.Asked:
    texts = {one["role"]: _text(one["content"]) for one in body["messages"]}
    system = texts.get("system") or texts.get("developer") or ""
    schema = (body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    return brains.read(body["model"], system, texts.get("user", ""), schema)


def _from_responses(body: dict[str, Any]) -> brains.Asked:
    texts = {one["role"]: _text(one["content"]) for one in body["input"] if "role" in one}
    system = body.get("instructions") or texts.get("system") or texts.get("developer") or ""
    schema = ((body.get("text") or {}).get("format") or {}).get("schema", {})
    return brains.read(body["model"], system, texts.get("user", ""), schema)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _chat(asked: brains.Asked, said: str, tokens: Tokens, fault: str) -> dict[str, Any]:
    refused = fault == "refusal"
    message = {
        "role": "assistant",
        "content": None if refused else said,
        "refusal": REFUSAL if refused else None,
        "annotations": [],
    }
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex[:24]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": f"{asked.model}-2026-09-22",
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": "length" if fault == "cut" else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": tokens.input,
            "completion_tokens": tokens.output,
            "total_tokens": tokens.input + tokens.output,
            "prompt_tokens_details": {
                "cached_tokens": tokens.cached,
                "cache_write_tokens": tokens.written,
                "audio_tokens": 0,
            },
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _responses(asked: brains.Asked, said: str, tokens: Tokens, fault: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": said, "annotations": []}
    if fault == "refusal":
        part = {"type": "refusal", "refusal": REFUSAL}
    message = {
        "type": "message",
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "status": "incomplete" if fault == "cut" else "completed",
        "role": "assistant",
        "content": [part],
    }
    return {
        "id": f"resp_{uuid.uuid4().hex[:24]}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "incomplete" if fault == "cut" else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if fault == "cut" else None,
        "error": None,
        "model": asked.model,
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": tokens.input,
            "input_tokens_details": {"cached_tokens": tokens.cached},
            "output_tokens": tokens.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": tokens.input + tokens.output,
        },
    }


ROUTES: dict[str, Any] = {
    "/chat/completions": (_from_chat, _chat),
    "/responses": (_from_responses, _responses),
}

if __name__ == "__main__":
    run(OpenAIStandIn, "OPENAI")
