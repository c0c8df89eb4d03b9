"""A mail server on loopback for the tests, on aiosmtpd: how it treats a mail is said by the name
before the @ of its recipient. Prints PORT on a line, then each mail that it took as a line of JSON.

    refused@     550 at RCPT, always
    greylisted@  450 at RCPT the first time of each address
    busy@        451 at RCPT, always
    relay@       554 at RCPT, as to whom the server relays nothing for
    rejected@    554 after the content
    announced@   451 at DATA the first time of each address
    deferred@    451 after the content the first time of each address
    scanned@     the answer to the content takes three seconds
    silent@      no answer to the content for longer than the tests wait
    dropped@     the connection breaks amid the content the first time of each address
    slow@        no answer at RCPT for longer than the tests wait
"""

import argparse
import asyncio
import email
import email.policy
import json
import socket
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

SEEN = set()


def first_time(what, address):
    known = (what, address) in SEEN
    SEEN.add((what, address))
    return not known


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        behaviour = address.split("@")[0].lower()
        if behaviour == "refused":
            return f"550 5.1.1 <{address}> no such user here"
        if behaviour == "busy":
            return "451 4.3.0 try again later"
        if behaviour == "relay":
            return "554 5.7.1 Relay access denied"
        if behaviour == "greylisted" and first_time("greylisted", address):
            return "450 4.7.1 greylisted, try again later"
        if behaviour == "slow":
            await asyncio.sleep(30)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        try:
            return await self.judge(server, session, envelope)
        finally:
            server.ends_content()

    async def judge(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        behaviour = recipient.split("@")[0].lower()
        if behaviour == "rejected":
            return "554 5.7.1 not wanted"
        if behaviour == "deferred" and first_time("deferred", recipient):
            return "451 4.3.0 try again later"
        if behaviour in ("scanned", "silent"):
            # A hasty server is so with its clients, not with itself.
            server._reset_timeout(60)
            await asyncio.sleep(3 if behaviour == "scanned" else 30)
        if ARGUMENTS.brief:
            head = envelope.content.split(b"\r\n\r\n", 1)[0].decode("ascii")
            parsed = email.message_from_string(head)
            say(json.dumps({"to": recipient, "message_id": parsed["Message-ID"]}))
            return "250 2.0.0 OK"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: (body.get_content() if (body := mail.get_body((kind,))) else None)
        say(
            json.dumps(
                {
                    "to": recipient,
                    "from": envelope.mail_from,
                    "message_id": mail["Message-ID"],
                    "subject": str(mail["Subject"]),
                    "headers": {name: str(value) for name, value in mail.items()},
                    "plain": part("plain"),
                    "html": part("html"),
                    "tls": server.transport.get_extra_info("ssl_object") is not None,
                    "login": bool(session.authenticated),
                }
            )
        )
        return "250 2.0.0 OK"


class Server(SMTP):
    # Connections that were told to go on with their content.
    contents = 0

    def ends_content(self):
        Server.contents -= 1

    async def smtp_DATA(self, arg):
        recipients = self.envelope.rcpt_tos
        if recipients and recipients[0].startswith("announced") and first_time("announced", recipients[0]):
            await self.push("451 4.3.0 try again later")
            return
        if ARGUMENTS.single and Server.contents > 0:
            await self.push("451 4.3.2 one at a time")
            return
        if recipients and recipients[0].startswith("dropped") and first_time("dropped", recipients[0]):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        Server.contents += 1
        await super().smtp_DATA(arg)


def authenticate(server, session, envelope, mechanism, data):
    name, _, password = ARGUMENTS.login.partition(":")
    given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
    right = given == (name, password)
    return AuthResult(success=right, handled=right)


def encryption():
    if not ARGUMENTS.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ARGUMENTS.certificate, ARGUMENTS.key)
    return context


async def main():
    context = encryption()
    starttls = context if ARGUMENTS.tls == "start" else None
    implicit = context if ARGUMENTS.tls == "implicit" else None

    def protocol():
        return Server(
            Handler(),
            hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=authenticate if ARGUMENTS.login else None,
            auth_required=bool(ARGUMENTS.login),
            auth_require_tls=False,
            timeout=2 if ARGUMENTS.hasty else 300,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        protocol, "127.0.0.1", ARGUMENTS.port, ssl=implicit, family=socket.AF_INET
    )
    say("PORT %d" % server.sockets[0].getsockname()[1])
    # Ends with the test that started it, also when that was killed.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


parser = argparse.ArgumentParser()
parser.add_argument("--tls", choices=["none", "start", "implicit"], default="none")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--login", help="name:password")
parser.add_argument("--brief", action="store_true", help="of each mail only recipient and Message-ID")
parser.add_argument("--single", action="store_true", help="takes one content at a time")
parser.add_argument("--hasty", action="store_true", help="closes a connection after two seconds without a command")
parser.add_argument("--port", type=int, default=0)
ARGUMENTS = parser.parse_args()
asyncio.run(main())
