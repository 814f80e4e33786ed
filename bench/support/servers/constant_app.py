"""The constant of the comparison, as FastAPI serves it fastest: ready bytes, no model, no conversion."""

import os

from fastapi import FastAPI, Response

with open(os.environ["BENCH_BODY_FILE"], "rb") as file:
    BODY = file.read()

app = FastAPI()


@app.get(os.environ["BENCH_PATH"])
async def constant() -> Response:
    return Response(BODY, media_type="application/json")
