"""Does with the official OpenAI client for Python what programs do, against the AiSora at AISORA_URL.

Prints one line for each thing that works; anything else ends it with an error.
"""

import os

import openai

URL = os.environ["AISORA_URL"] + "/v1"


def client(key):
    return openai.OpenAI(base_url=URL, api_key=key, max_retries=0)


def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def check(what, holds):
    assert holds, what
    print(what, flush=True)


api = client(os.environ["AISORA_KEY"])
video = api.videos.create_and_poll(prompt="a paper boat in the rain", model="builtin", size="128x72", seconds="1")
check("create_and_poll", video.status == "completed" and video.seconds == "1" and video.size == "128x72")
check("retrieve", api.videos.retrieve(video.id) == video)

raw = api.videos.with_raw_response.create(prompt="a lighthouse")
other = raw.parse()
check("raw response", raw.headers["x-aisora-credits"].startswith("held=") and other.model == "builtin")
other = api.videos.poll(other.id)
check("poll", other.status == "completed" and other.progress == 100)

film = api.videos.download_content(video.id).read()
still = api.videos.download_content(video.id, variant="thumbnail").read()
sheet = api.videos.download_content(video.id, variant="spritesheet").read()
check("download_content", film[4:8] == b"ftyp" and still[:3] == b"\xff\xd8\xff" and sheet[:3] == b"\xff\xd8\xff")

remix = api.videos.remix(video.id, prompt="the same at night")
check("remix", remix.remixed_from_video_id == video.id and remix.prompt == "the same at night")
api.videos.poll(remix.id)

# Its own `extend` takes files alone: it stumbles over `{"id"}` (2026-08).
wanted = {"prompt": "it goes on", "seconds": "1", "video": {"id": video.id}}
longer = api.post("/videos/extensions", body=wanted, cast_to=type(video))
longer = api.videos.poll(longer.id)
check("extend", longer.status == "completed" and int(longer.seconds) == int(video.seconds) + 1)

listed = [one.id for one in api.videos.list(limit=1, order="asc")]
check("list", listed == [video.id, other.id, remix.id, longer.id])

for _ in range(2):
    again = api.videos.create(prompt="once", extra_headers={"Idempotency-Key": "python"})
check("idempotency", len(list(api.videos.list())) == 5)
api.videos.poll(again.id)

deleted = [api.videos.delete(id) for id in [*listed, again.id]]
check("delete", all(one.deleted and one.object == "video.deleted" for one in deleted) and not list(api.videos.list()))

error = refused(openai.NotFoundError, lambda: api.videos.retrieve(video.id))
check("404", error.code == "not_found")
error = refused(openai.BadRequestError, lambda: api.videos.create(prompt="x", size="1x1"))
check("400", error.param == "size" and error.code == "invalid_value")
error = refused(openai.BadRequestError, lambda: api.videos.create(prompt="x", input_reference=("a.png", b"\x89PNG\xff")))
check("400 for a picture", error.param == "input_reference")
error = refused(openai.AuthenticationError, lambda: client("sk-wrong").videos.list())
check("401", error.code == "invalid_api_key")
capped = client(os.environ["AISORA_KEY_CAPPED"])
error = refused(openai.APIStatusError, lambda: capped.videos.create(prompt="x", seconds="2"))
check("402", error.status_code == 402 and error.code == "monthly_cap_reached")
reader = client(os.environ["AISORA_KEY_READ"])
refused(openai.PermissionDeniedError, lambda: reader.videos.create(prompt="x"))
check("403", not list(reader.videos.list()))


def hurry():
    for _ in range(500):
        reader.models.list()


error = refused(openai.RateLimitError, hurry)
check("429", int(error.response.headers["retry-after"]) > 0)
