"""A bank's host for tests: ISO 8583 by pyiso8583, behaviour by account number.

Usage: bank_host.py PREFIX BITMAP LATE_SECONDS
       bank_host.py codec BITMAP

The first form listens on 127.0.0.1, prints {"port": N}, then one JSON line per message; the
line "book" on standard input prints the book, "behave CODE DIGIT" has all accounts treated as if
they had these digits, end of input ends the host. Digits 14 and 15 of the account number choose
the behaviour:

  68 authorizes, says nothing          84 authorizes, sends a length too large
  80 authorizes, answers too late      85 authorizes, sends half of the answer, stalls
  81 authorizes, answers twice         86 approves more than was asked
  82 authorizes, sends garbage         87 approves in another currency
  83 authorizes, sends half, closes    88 authorizes, answers for another trace number first
  10 approves half, rounded up         89 authorizes, answers with another reference
  anything else is the response code

Digit 12: 1, the first telling of a capture gets no answer; 2, that of a reversal; 3, a capture
is acknowledged but refused.

The second form reads one line of hexadecimal per message and prints it decoded, as JSON, and
encoded again, for a comparison of codecs.
"""

import asyncio
import copy
import json
import sys

import iso8583
from iso8583.specs import default_ascii

OCTETS = ("52", "64", "96", "128")
PREFIX = {"binary": 2, "ascii": 4}


def spec_of(bitmap):
    spec = copy.deepcopy(default_ascii)
    for field in ("p", "1") + OCTETS:
        spec[field]["data_enc"] = "b" if bitmap == "binary" else "ascii"
        spec[field]["max_len"] = 8 if bitmap == "binary" else 16
    spec["55"] = dict(spec["56"])
    return spec


def codec(bitmap):
    spec = spec_of(bitmap)
    for line in sys.stdin:
        octets = bytes.fromhex(line.strip())
        try:
            decoded, _ = iso8583.decode(octets, spec)
        except iso8583.DecodeError as fault:
            print(json.dumps({"fault": str(fault)}), flush=True)
            continue
        encoded, _ = iso8583.encode(decoded, spec)
        print(json.dumps({"fields": decoded, "again": encoded.hex()}), flush=True)


class Bank:
    def __init__(self, prefix, bitmap, late):
        self.prefix, self.late = prefix, late
        self.spec = spec_of(bitmap)
        self.book = {}
        self.advised = set()
        self.network = []
        self.behaviour = None

    def frame(self, octets):
        if self.prefix == "binary":
            return len(octets).to_bytes(2, "big") + octets
        return b"%04d" % len(octets) + octets

    async def read(self, reader):
        head = await reader.readexactly(PREFIX[self.prefix])
        length = int.from_bytes(head, "big") if self.prefix == "binary" else int(head)
        octets = await reader.readexactly(length)
        message, _ = iso8583.decode(octets, self.spec)
        return message

    def encode(self, message):
        octets, _ = iso8583.encode(message, self.spec)
        return self.frame(bytes(octets))

    async def serve(self, reader, writer):
        tasks = set()
        try:
            while True:
                message = await self.read(reader)
                shown = {k: v for k, v in message.items() if k not in ("2", "14", "48")}
                print(json.dumps({"received": shown}), flush=True)
                task = asyncio.create_task(self.answered(message, writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answered(self, message, writer):
        try:
            await self.answer(message, writer)
        except ConnectionError:
            pass

    async def answer(self, message, writer):
        kind = message["t"]
        if kind in ("0800", "0801"):
            self.network.append(message["70"])
            refused = message["70"] == "001" and message["32"] == "666"
            await self.send(writer, self.reply(message, "63" if refused else "00"))
        elif kind in ("0100", "0101"):
            await self.authorize(message, writer)
        elif kind in ("0200", "0201", "0220", "0221"):
            await self.capture(message, writer)
        elif kind in ("0400", "0401", "0420", "0421"):
            await self.reverse(message, writer)

    def reply(self, message, code, **fields):
        kind = {"01": "0110", "02": message["t"][:2] + "10", "04": "0410", "08": "0810"}
        answer = {"t": kind[message["t"][:2]], "39": code}
        if message["t"][2] == "2":
            answer["t"] = message["t"][:2] + "30"
        for field in ("2", "3", "4", "7", "11", "32", "37", "41", "42", "49", "70"):
            if field in message:
                answer[field] = message[field]
        answer.update({name.strip("f"): value for name, value in fields.items()})
        return answer

    async def send(self, writer, answer):
        writer.write(self.encode(answer))
        await writer.drain()

    def digits(self, message):
        return self.behaviour or (message["2"][13:15], message["2"][11])

    def entry(self, message):
        empty = {"authorized": 0, "times": 0, "asked": 0, "captured": 0, "reversed": 0}
        return self.book.setdefault(message["37"], empty)

    async def authorize(self, message, writer):
        entry = self.entry(message)
        entry["asked"] += 1
        pan = message["2"]
        code, _ = self.digits(message)
        amount = int(message["4"])
        if entry.get("answer"):
            answer = entry["answer"]
            answer["7"], answer["11"] = message["7"], message["11"]
            # What was lost the first time is not lost again.
            await self.send(writer, answer)
            return
        approves = code in ("00", "08", "10", "11", "68") or code.startswith("8")
        if entry["reversed"]:
            # It was told to reverse before it was asked.
            answer, approves = self.reply(message, "12"), False
        elif code == "10":
            amount = (amount + 1) // 2
            answer = self.reply(message, "10", f4="%012d" % amount, f38="123456")
        elif approves:
            answer = self.reply(message, "00", f38="123456")
        else:
            answer = self.reply(message, code)
        if "48" in message and approves:
            answer["44"] = {"1": "N", "2": "A", "3": "Z", "4": "U"}.get(pan[12], "Y")
        if approves:
            entry["authorized"] = amount
            entry["times"] += 1
        entry["answer"] = answer
        octets = self.encode(answer)
        if code == "68":
            return
        if code == "80":
            await asyncio.sleep(self.late)
        if code == "82":
            octets = self.frame(b"\x00\xffgarbage")
        elif code == "83":
            writer.write(octets[: len(octets) // 2])
            await writer.drain()
            writer.close()
            return
        elif code == "84":
            octets = b"\xff\xff\xff\xff"
        elif code == "85":
            octets = octets[: len(octets) // 2]
        elif code == "86":
            octets = self.encode({**answer, "4": "%012d" % (amount + 1)})
        elif code == "87":
            octets = self.encode({**answer, "49": "392"})
        elif code == "88":
            other = "%06d" % (int(answer["11"]) % 999999 + 1)
            octets = self.encode({**answer, "11": other}) + octets
        elif code == "89":
            octets = self.encode({**answer, "37": "OTHER".ljust(12)})
        writer.write(octets)
        if code == "81":
            writer.write(octets)
        await writer.drain()

    def first(self, message):
        known = (message["t"][:2], message["37"], message["11"]) in self.advised
        self.advised.add((message["t"][:2], message["37"], message["11"]))
        return not known

    async def capture(self, message, writer):
        entry, first = self.entry(message), self.first(message)
        digit = self.digits(message)[1]
        refused = digit == "3"
        if first and not refused:
            entry["captured"] += int(message["4"])
        if first and digit == "1":
            return
        await self.send(writer, self.reply(message, "12" if refused else "00"))

    async def reverse(self, message, writer):
        entry, first = self.entry(message), self.first(message)
        known = entry["asked"] > 0
        entry["reversed"] += 1
        entry["authorized"] = 0
        entry["original"] = message["90"]
        if first and self.digits(message)[1] == "2":
            return
        await self.send(writer, self.reply(message, "00" if known else "25"))


async def main(prefix, bitmap, late):
    bank = Bank(prefix, bitmap, float(late))
    server = await asyncio.start_server(bank.serve, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.startswith("behave"):
            bank.behaviour = tuple(line.split()[1:])
        if line.strip() == "book":
            shown = {
                reference: {k: v for k, v in entry.items() if k != "answer"}
                for reference, entry in bank.book.items()
            }
            print(json.dumps({"book": shown, "network": bank.network}), flush=True)


if sys.argv[1] == "codec":
    codec(sys.argv[2])
else:
    asyncio.run(main(*sys.argv[1:4]))
