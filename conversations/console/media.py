"""A picture, a voice note or a document that a parent sent, fetched from the gateway when somebody
wants to see it. Nothing is kept here."""

from collections.abc import Iterator
from itertools import pairwise

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from conversations.connections import give_back
from conversations.console.access import StaffRequest, staff_page
from conversations.models import Message, RawEvent
from conversations.whatsapp.base import Media, SendError, gateway

KINDS = ("audio", "image", "video", "document", "sticker")
CHUNK = 64 * 1024
# What a browser may show in place, by how such a file begins; anything else is only saved.
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "audio/ogg": (b"OggS",),
    "audio/mpeg": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "audio/amr": (b"#!AMR",),
}
MP4 = ("audio/mp4", "video/mp4")
MP4_MARK = b"ftyp"  # after four bytes of length


@staff_page
@require_safe
def media(request: StaffRequest, pk: int, message_id: int) -> HttpResponseBase:
    """The file, streamed; a page that says so if it cannot be opened any more."""
    messages = Message.objects.select_related("conversation").filter(kind__in=KINDS)
    message = get_object_or_404(messages, pk=message_id, conversation=pk, deleted_at=None)
    raw = RawEvent.objects.filter(
        instance=message.conversation.instance,
        event="messages.upsert",
        provider_key=str(message.provider_id),
    ).first()
    give_back()
    try:
        if raw is None:
            raise SendError("refused", "no_media", "The event is not kept any more")
        found = gateway().fetch_media(raw.body)
    except SendError:
        return render(request, "console/media_gone.html", {"conversation": pk}, status=404)
    return served(found, _file_name(message))


def served(found: Media, file_name: str) -> StreamingHttpResponse:
    """Shown in place only if it is what it says it is; never as a page or a script."""
    mimetype = found.mimetype.partition(";")[0].strip().lower()
    inline = _begins_as(found.content, mimetype)
    response = StreamingHttpResponse(
        _chunks(found.content), content_type=mimetype if inline else "application/octet-stream"
    )
    response["Content-Length"] = str(len(found.content))
    response["Content-Disposition"] = content_disposition_header(not inline, file_name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _begins_as(content: bytes, mimetype: str) -> bool:
    if mimetype in MP4:
        return content[4:8] == MP4_MARK
    return content.startswith(BEGINNINGS.get(mimetype, ())) and mimetype in BEGINNINGS


def _chunks(content: bytes) -> Iterator[bytes]:
    for start, end in pairwise([*range(0, len(content), CHUNK), len(content)]):
        yield content[start:end]


def _file_name(message: Message) -> str:
    given = str(((message.details or {}).get("media") or {}).get("file_name") or "")
    return given.replace("/", "_").replace("\\", "_")[-80:] or f"{message.kind}-{message.pk}"
