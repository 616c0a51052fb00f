"""The bytes behind a simulated voice note, picture or sticker."""

import base64
import io
import wave

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def media(kind: str) -> tuple[bytes, str] | None:
    """Content and media type by protobuf name ("audioMessage"); None where there is no file."""
    if kind == "audioMessage":
        return _silence(), "audio/wav"
    return (PICTURE, "image/png") if kind in ("imageMessage", "stickerMessage") else None


def _silence() -> bytes:
    """One second that any transcriber takes."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return written.getvalue()
