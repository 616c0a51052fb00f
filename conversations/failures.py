"""What a log may say about an exception."""

import traceback


def where(error: BaseException) -> str:
    """Its type and place. Not its message: that may quote what a parent wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    if ours and ours[-1] is not frames[-1]:
        place += f" by {ours[-1].name}:{ours[-1].lineno}"
    return type(error).__name__ + place
