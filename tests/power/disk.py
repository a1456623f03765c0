# SPDX-License-Identifier: MIT
"""What a power cut leaves of files. It is made of the log that tests/fault/shim.c writes of one undisturbed run: what stood behind an fsync is there; of what did not, any
sector may be there or not, and of the names of a folder that was not synced a beginning of the changes. That is what POSIX promises, and no file system less."""
import os
import random

SECTOR = 512
HOWS = ["none", "all", "sectors", "torn", "names", "data"]


class File:
    def __init__(self):
        self.sure, self.pending = bytearray(), []

    def after(self, rng, how):
        out = bytearray(self.sure)
        for n, (at, data) in enumerate(self.pending):
            if how in ("none", "names"):
                break
            if how == "torn" and n == len(self.pending) - 1:
                data = data[:rng.randrange(len(data) + 1)] if data is not None else data
            if data is None:  # a truncation
                if how != "sectors" or rng.random() < 0.5:
                    del out[at:]
                    out.extend(b"\0" * (at - len(out)))
                continue
            for begin in range(0, len(data), SECTOR):
                if how == "sectors" and rng.random() < 0.5:
                    continue
                piece, where = data[begin:begin + SECTOR], at + begin
                if len(out) < where:
                    out.extend(b"\0" * (where - len(out)))
                out[where:where + len(piece)] = piece
        return bytes(out)

    def sync(self):
        self.sure, self.pending = bytearray(self.after(random.Random(0), "all")), []


class Disk:
    """Files of one folder by inode, their names, and the changes of names that are not sure yet."""

    def __init__(self, folder, found):
        self.folder, self.files, self.names, self.pending = folder, {}, {}, []
        for name, (inode, data) in found.items():
            self.names[name] = self.file(inode)
            self.names[name].sure = bytearray(data)

    def file(self, inode):
        return self.files.setdefault(str(inode), File())

    def apply(self, op):
        kind, path, other, at, data = op
        name = os.path.basename(path)
        if kind == "create":
            self.files[other] = File()
            self.pending.append(("link", name, self.files[other]))
        elif kind == "write":
            self.file(other).pending.append((at, data))
        elif kind == "truncate":
            self.file(other).pending.append((at, None))
        elif kind == "rename":
            self.pending.append(("rename", name, os.path.basename(other)))
        elif kind == "unlink":
            self.pending.append(("unlink", name, None))
        elif kind == "sync" and path == self.folder:
            self.names, self.pending = self.named(len(self.pending)), []
        elif kind == "sync":
            self.file(other).sync()

    def named(self, count):
        names = dict(self.names)
        for kind, name, more in self.pending[:count]:
            if kind == "link":
                names[name] = more
            elif kind == "unlink":
                names.pop(name, None)
            elif name in names:
                names[more] = names.pop(name)
        return names

    def write(self, folder, rng, how):
        count = {"none": 0, "data": 0, "all": len(self.pending), "names": len(self.pending)}.get(how, rng.randrange(len(self.pending) + 1))
        for name, file in self.named(count).items():
            with open(os.path.join(folder, name), "wb") as out:
                out.write(file.after(rng, "all" if how == "data" else how))


def look(folder):
    """What is in a folder before: {name: (inode, bytes)}."""
    found = {}
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found[name] = os.stat(path).st_ino, file.read()
    return found


def read_log(path):
    """[(kind, path, other, at, bytes)]; lines with the bytes that belong to them behind."""
    with open(path, "rb") as file:
        text = file.read()
    ops, pos = [], 0
    while pos < len(text):
        end = text.index(b"\n", pos)
        kind, name, other, at, size = text[pos:end].decode().split("\t")
        size = int(size) if kind in ("write", "send") else 0
        ops.append((kind, name, other, int(at), text[end + 1:end + 1 + size]))
        pos = end + 1 + size
    return ops


def requests_of(sent):
    """The requests that left whole, of each socket's bytes: [(method, path, headers, body)] in order of their last byte."""
    streams, out = {}, []
    for fd, data in sent:
        buf = streams[fd] = streams.get(fd, b"") + data
        while b"\r\n\r\n" in buf:
            head, _, rest = buf.partition(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
            size = int(headers.get("content-length", 0))
            if len(rest) < size:
                break
            method, path, _ = lines[0].split(" ")
            out.append((method, path, headers, rest[:size]))
            buf = streams[fd] = rest[size:]
    return out
