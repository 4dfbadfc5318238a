"""Holds HTTP exchanges against an OpenAPI file, by the independent openapi-core.

usage: check_exchanges.py OPENAPI.json < exchanges.jsonl

Each line is an object: method, path, query, headers, body, status, media, answer_headers,
answer. Requests are checked where "good" is true; answers always.
"""
import json
import sys

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse


def main():
    config = Config(
        extra_media_type_deserializers={
            "application/problem+json": json.loads,
            "application/set-payment-initiation": bytes.decode,
        }
    )
    with open(sys.argv[1]) as file:
        openapi = OpenAPI.from_dict(json.load(file), config=config)
    checked = 0
    for line in sys.stdin:
        told = json.loads(line)
        request = MockRequest(
            "http://shop.example/",
            told["method"],
            told["path"],
            args=dict(pair.split("=") for pair in told["query"].split("&") if pair),
            headers=told["headers"],
            data=told["body"].encode() or None,
        )
        response = MockResponse(
            told["answer"].encode(),
            status_code=told["status"],
            headers=told["answer_headers"],
            content_type=told["media"],
        )
        faults = list(openapi.iter_response_errors(request, response))
        if told["good"]:
            faults += list(openapi.iter_request_errors(request))
        if faults:
            causes = [f"{fault!r} {fault.__cause__!r}" for fault in faults]
            print(f"{told['method']} {told['path']} {told['status']}: {causes}\n{told['answer']}")
            return 1
        checked += 1
    print(checked)
    return 0


if __name__ == "__main__":
    sys.exit(main())
