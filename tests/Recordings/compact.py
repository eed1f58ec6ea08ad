#!/usr/bin/env python3
"""Makes the compact fixtures of this folder from recordings of a real master and agent.

usage: compact.py RECORDINGS_DIRECTORY

A recording is a folder of NN-name.request.http, NN-name.response.http and timeline.txt; a fixture is one file of JSON lines
in the order in which a client must live through them (README.md says what the lines mean).
"""
import base64
import json
import os
import re
import sys

SOON = 0.08  # an event that stands so shortly before a call's answer may be caused by that call


def text_or_base64(name, data):
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {name + "64": base64.b64encode(data).decode()}


def dechunk(body):
    """The payload of a chunked body, as far as it goes, and whether its last chunk is there."""
    out, at = b"", 0
    while True:
        end = body.find(b"\r\n", at)
        if end < 0:
            return out, False
        size = int(body[at:end].split(b";")[0], 16)
        if size == 0:
            return out, True
        out += body[end + 2:end + 2 + size]
        at = end + 2 + size + 2


def records(payload):
    at = 0
    while at < len(payload):
        end = payload.find(b"\n", at)
        if end < 0:
            return
        size = int(payload[at:end])
        if end + 1 + size > len(payload):
            return
        yield payload[end + 1:end + 1 + size]
        at = end + 1 + size


class Folder:
    def __init__(self, path):
        self.path = path
        self.lines = []
        self.streams = {}
        self.called = set()
        names = [n[:-len(".request.http")] for n in os.listdir(path) if n.endswith(".request.http")]
        self.timeline = self.read("timeline.txt").decode()
        self.calls = sorted(names, key=lambda n: int(n.split("-")[0]))

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as f:
            return f.read()

    def is_timed(self, call):
        """Polls of the recording are not in the timeline, and not part of the scenario."""
        return f"[{call}]" in self.timeline

    def response(self, call):
        try:
            raw = self.read(call + ".response.http")
        except FileNotFoundError:
            return None
        head, _, body = raw.partition(b"\r\n\r\n")
        return head, body

    def add_call(self, at, call, before=None):
        if call in self.called or not self.is_timed(call):
            return
        self.called.add(call)
        line = {"t": at, "call": call, **text_or_base64("request", self.read(call + ".request.http"))}
        self.lines.insert(len(self.lines) if before is None else before, line)

    def add_plain(self, at, call):
        """A call whose line was written when it was answered: it started before the events that it caused."""
        # Calls are numbered in the order in which they were begun, whichever was answered first.
        if call not in self.called:
            request = self.read(call + ".request.http").decode("latin-1")
            place = len(self.lines)
            while place > 0:
                line = self.lines[place - 1]
                passable = "event" in line or "ended" in line or \
                    "-acknowledge-" in line.get("answer", "") and not request.startswith("POST /api/v1/scheduler")
                if not passable or at - line["t"] > SOON or self.comes_first(request, line):
                    break
                place -= 1
            number = int(call.split("-")[0])
            for earlier in self.calls:
                if int(earlier.split("-")[0]) < number and earlier not in self.called and self.is_timed(earlier):
                    asked = self.read(earlier + ".request.http").decode("latin-1")
                    heard = [i + 1 for i in range(place, len(self.lines))
                             if "event" in self.lines[i] and self.is_mentioned(asked, self.lines[i])]
                    place = max([place, *heard])
                    self.add_call(at, earlier, place)
                    place += 1
            self.add_call(at, call, place)
        answer = self.response(call)
        if answer is None:
            return
        head, body = answer
        self.lines.append({"t": at, "answer": call, **text_or_base64("head", head), **text_or_base64("body", body)})

    @staticmethod
    def comes_first(request, line):
        record = line.get("record", "")
        if '"healthy":' in record and "SOURCE_EXECUTOR" in record:
            return True
        if re.match(r'{"type":"(LAUNCH|KILL|SHUTDOWN|MESSAGE)"', record):
            return True
        if "record64" in line and not re.search("TASK_ADDED|TASK_UPDATED|FRAMEWORK_REMOVED", line["what"]):
            return True
        if '"OFFERS"' in record and not re.search("REVIVE|MAINTENANCE|REACTIVATE|UPDATE_FRAMEWORK", request):
            return True
        return '"SUBSCRIBED"' in record or Folder.is_mentioned(request, line)

    @staticmethod
    def is_mentioned(request, line):
        record = line.get("record", "")
        ids = re.findall(r'-O\d+"', record) + re.findall(r'"uuid":"([^"]+)"', record)
        return any(i in request for i in ids)

    def add_stream_event(self, at, call, what):
        if call not in self.streams:
            head, body = self.response(call)
            payload, whole = dechunk(body)
            self.streams[call] = list(records(payload))
        self.lines.append({"t": at, "event": call, "what": what, **text_or_base64("record", self.streams[call].pop(0))})

    def convert(self):
        for line in self.timeline.splitlines():
            match = re.match(r"\s*([0-9.]+) (.*)$", line)
            if not match:
                continue
            at, rest = float(match[1]), match[2]
            self.line(at, rest)
        return self.lines

    def line(self, at, rest):
        if m := re.match(r"-> \[([^]]+)\] (.*)$", rest):
            call, what = m[1], m[2]
            if what.startswith("<-"):
                # Written two seconds after the answer, when it was clear that no more would come.
                place = max((i + 1 for i, l in enumerate(self.lines) if "answer" in l), default=0)
                answered = self.lines[place - 1]["t"]
                while place < len(self.lines) and self.lines[place]["t"] - answered < SOON and \
                        re.search("SUBSCRIBED|OFFERS|HEARTBEAT", self.lines[place].get("record", "")):
                    place += 1
                self.add_call(answered, call, place)
                self.add_plain(at, call)
            elif "<-" in what:
                self.add_plain(at, call)
            else:
                self.add_call(at, call)
        elif m := re.match(r"<- \[([^]]+)\] HTTP/", rest):
            head, body = self.response(m[1])
            line = {"t": at, "answer": m[1], **text_or_base64("head", head)}
            if b"chunked" not in head:
                line.update(text_or_base64("body", body))
            self.lines.append(line)
        elif m := re.match(r"<- \[([^]]+)\] EVENT", rest):
            self.add_stream_event(at, m[1], rest)
        elif m := re.match(r"<- \[([^]]+)\] \(stream ended", rest):
            self.lines.append({"t": at, "ended": m[1]})
        elif m := re.match(r"<- \[([^]]+)\] \(connection closed", rest):
            known = any(l.get("ended") == m[1] or l.get("close") == m[1] or (l.get("answer") == m[1] and "body" in l)
                        for l in self.lines)
            if not known:
                self.lines.append({"t": at, "cut": m[1]})
        elif m := re.match(r"-- client closes \[([^]]+)\]", rest):
            if not any(l.get("ended") == m[1] or l.get("cut") == m[1] or (l.get("answer") == m[1] and "body" in l)
                       for l in self.lines):
                self.lines.append({"t": at, "close": m[1]})
        elif not rest.startswith("<-"):
            self.lines.append({"t": at, "note": rest})


def main():
    source, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if not os.path.isdir(path):
            continue
        lines = Folder(path).convert()
        with open(os.path.join(here, name + ".jsonl"), "w", encoding="utf-8") as out:
            for line in lines:
                line.pop("what", None)
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
