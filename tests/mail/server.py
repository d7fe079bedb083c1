"""A real mail server for the tests: SMTP by aiosmtpd, letters read by Python's own MIME parser.

It prints one JSON object a line: first its port, then one for each letter that was handed over, refused ones too. Each line of
its input says what becomes of a letter to come: an answer like `451 not now`, or `lost`, which keeps the letter and goes away
without an answer. It ends with its input. With `--user NAME:PASSWORD` it wants to know who sends, with `--certificate FILE` (and
its key) it speaks TLS from the first byte.
"""

import argparse
import asyncio
import json
import ssl
import sys
from collections import deque
from email import policy
from email.parser import BytesParser

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

answers: deque[str] = deque()


def say(what):
    print(json.dumps(what), flush=True)


def part(message, kind):
    body = message.get_body((kind,))
    return body and {"text": body.get_content(), "type": body["content-type"], "charset": body.get_content_charset()}


class Handler:
    async def handle_DATA(self, server, session, envelope):
        answer = answers.popleft() if answers else "250 taken"
        message = BytesParser(policy=policy.default).parsebytes(envelope.original_content)
        parts = [message, *message.walk()]
        say({
            "answer": answer,
            "hello": session.host_name,
            "user": session.auth_data and session.auth_data.decode(),
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name.lower(), str(value)] for name, value in message.items()],
            "kind": message.get_content_type(),
            "plain": part(message, "plain"),
            "html": part(message, "html"),
            "defects": [str(defect) for one in parts for defect in one.defects]
            + [str(defect) for value in message.values() for defect in value.defects],
            "raw": envelope.original_content.decode("ascii"),
        })
        if answer == "lost":
            server.transport.abort()
            return "250 nobody hears this"
        return answer


def authenticator(wanted):
    def check(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and b":".join([data.login, data.password]).decode() == wanted
        return AuthResult(success=right, handled=right, auth_data=data.login if right else None)

    return check


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--user")
    arguments.add_argument("--certificate")
    wished = arguments.parse_args()
    options, context = {}, None
    if wished.user:
        options = {"auth_required": True, "auth_require_tls": False, "authenticator": authenticator(wished.user)}
    if wished.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(wished.certificate)
    loop = asyncio.get_running_loop()
    smtp = lambda: SMTP(Handler(), hostname="mail.test", loop=loop, **options)
    server = await loop.create_server(smtp, "127.0.0.1", 0, ssl=context)
    say({"port": server.sockets[0].getsockname()[1]})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answers.append(line.strip())


asyncio.run(main())
