"""Answers made small on their way, where nothing in them is both secret and mixed with what was
typed: compressing such a page would let its length tell of the secret (the BREACH attack)."""

import gzip

from fastapi import Request, Response

_WORTH_BYTES = 1_000


def compressed(request: Request, answer: Response) -> Response:
    """The answer, by gzip where the browser takes it and it is worth it."""
    answer.headers["vary"] = "accept-encoding"
    if "gzip" not in request.headers.get("accept-encoding", "") or len(answer.body) < _WORTH_BYTES:
        return answer
    answer.body = gzip.compress(answer.body, 6, mtime=0)
    answer.headers["content-encoding"] = "gzip"
    answer.headers["content-length"] = str(len(answer.body))
    return answer
