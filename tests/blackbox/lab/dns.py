"""DNS messages in and out, small and independent of avahid's own code."""
import socket
import struct
from typing import List, NamedTuple

A, NS, CNAME, SOA, PTR, HINFO, TXT, AAAA = 1, 2, 5, 6, 12, 13, 16, 28
SRV, OPT, NSEC, ANY = 33, 41, 47, 255
TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 16: "TXT", 28: "AAAA",
         33: "SRV", 41: "OPT", 47: "NSEC", 255: "ANY"}


class Question(NamedTuple):
    name: str
    type: int
    unicast: bool = False  # the QU bit

    def __str__(self):
        return f"{self.name} {TYPES.get(self.type, self.type)}{' QU' if self.unicast else ''}?"


class Record(NamedTuple):
    name: str
    type: int
    data: object  # text for names and addresses, (prio, weight, port, target), [txt], else bytes
    ttl: int = 120
    flush: bool = False

    def __str__(self):
        return f"{self.name} {TYPES.get(self.type, self.type)} {self.data} ttl {self.ttl}"


class Message(NamedTuple):
    response: bool
    questions: List[Question]
    answers: List[Record]
    authority: List[Record]
    additional: List[Record]
    id: int = 0
    flags: int = 0

    @property
    def probe(self):
        return not self.response and bool(self.authority)

    def asks(self, name, kind=None):
        return not self.response and any(
            q.name.lower() == name.lower() and kind in (None, q.type) for q in self.questions)

    def records(self, name, kind=None):
        return [r for r in self.answers + self.additional
                if r.name.lower() == name.lower() and kind in (None, r.type)]

    def __str__(self):
        parts = [", ".join(map(str, part)) for part in self[1:5]]
        return ("response " if self.response else "query ") + " | ".join(parts)


# ---- reading ----

def _name(data, at):
    labels, jumps, after = [], 0, None
    while True:
        length = data[at]
        if length >= 0xc0:
            after = after or at + 2
            at = struct.unpack_from("!H", data, at)[0] & 0x3fff
            jumps += 1
            if jumps > 100:
                raise ValueError("pointer loop")
        elif length:
            label = data[at + 1:at + 1 + length].decode("utf-8", "replace")
            labels.append(label.replace("\\", "\\\\").replace(".", "\\."))
            at += 1 + length
        else:
            return ".".join(labels), after or at + 1


def _data(data, kind, at, length):
    raw = data[at:at + length]
    if kind == A and length == 4:
        return socket.inet_ntoa(raw)
    if kind == AAAA and length == 16:
        return socket.inet_ntop(socket.AF_INET6, raw)
    if kind in (PTR, CNAME, NS):
        return _name(data, at)[0]
    if kind == SRV:
        return (*struct.unpack_from("!HHH", data, at), _name(data, at + 6)[0])
    if kind == TXT:
        strings, i = [], 0
        while i < length:
            strings.append(raw[i + 1:i + 1 + raw[i]])
            i += 1 + raw[i]
        return strings
    if kind == NSEC:
        _, i = _name(data, at)
        types = set()
        while i + 2 < at + length:
            window, size = data[i], data[i + 1]
            types |= {window * 256 + byte * 8 + bit for byte in range(size) for bit in range(8)
                      if data[i + 2 + byte] & (0x80 >> bit)}
            i += 2 + size
        return types
    return raw


def parse(data) -> Message:
    """Raises ValueError, IndexError or struct.error when the message is broken."""
    ident, flags, *counts = struct.unpack_from("!6H", data)
    at, questions, sections = 12, [], []
    for _ in range(counts[0]):
        name, at = _name(data, at)
        kind, cls = struct.unpack_from("!HH", data, at)
        questions.append(Question(name, kind, bool(cls & 0x8000)))
        at += 4
    for count in counts[1:]:
        records = []
        for _ in range(count):
            name, at = _name(data, at)
            kind, cls, ttl, length = struct.unpack_from("!HHIH", data, at)
            at += 10
            records.append(Record(name, kind, _data(data, kind, at, length), ttl,
                                  bool(cls & 0x8000)))
            at += length
        sections.append(records)
    return Message(bool(flags & 0x8000), questions, *sections, id=ident, flags=flags)


# ---- writing ----

def encode_name(name):
    """Labels are split at dots; a label of its own with dots is not needed here."""
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _encode_data(record):
    data = record.data
    if isinstance(data, bytes):
        return data
    if record.type == A:
        return socket.inet_aton(data)
    if record.type == AAAA:
        return socket.inet_pton(socket.AF_INET6, data)
    if record.type in (PTR, CNAME, NS):
        return encode_name(data)
    if record.type == SRV:
        return struct.pack("!HHH", *data[:3]) + encode_name(data[3])
    if record.type == TXT:
        return b"".join(bytes([len(s)]) + s for s in data) or b"\0"
    raise ValueError(f"no way to write type {record.type}")


def _encode_record(record):
    data = _encode_data(record)
    return encode_name(record.name) + struct.pack(
        "!HHIH", record.type, 1 | 0x8000 * record.flush, record.ttl, len(data)) + data


def encode(message: Message):
    out = struct.pack("!6H", message.id, message.flags | 0x8400 * message.response,
                      *(len(part) for part in message[1:5]))
    for q in message.questions:
        out += encode_name(q.name) + struct.pack("!HH", q.type, 1 | 0x8000 * q.unicast)
    for section in message[2:5]:
        out += b"".join(map(_encode_record, section))
    return out


def query(*questions, known=(), ident=0):
    return encode(Message(False, [Question(*q) for q in questions], list(known), [], [], ident))


def response(*answers, additional=()):
    return encode(Message(True, [], list(answers), [], list(additional)))
