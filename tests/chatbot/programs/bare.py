"""Runs programs in bare CPython, for controls and for the second layer without the interpreter. A script; never imported.

usage: bare.py confined|open ROOT; requests on standard input, one JSON object a line, answers on standard output.

Each program runs in a fork of this process, which has loaded what programs like to import: what is refused is refused by
the kernel, not by a missing file. The host is naive: the first JSON line that a program writes is taken for its result.
"""

import asyncio, base64, cProfile, codecs, code, concurrent.futures, configparser, contextlib, csv, ctypes, dbm.dumb, decimal  # noqa
import doctest, fileinput, ftplib, functools, gc, glob, gzip, http.client, imaplib, importlib.util, inspect, io  # noqa
import itertools, json, linecache, logging.handlers, math, mmap, multiprocessing.connection, operator, os, pathlib  # noqa
import pickle, poplib, pty, random, re, resource, runpy, select, shelve, shutil, site, smtplib, socketserver, sqlite3  # noqa
import signal, ssl, struct, subprocess, sys, tarfile, tempfile, threading, time, timeit, tokenize, trace  # noqa
import urllib.request, wave, zipfile, xmlrpc.client, xml.dom.minidom, encodings.idna, encodings.rot_13  # noqa
import multiprocessing.popen_fork, multiprocessing.context, pprint, typing, dataclasses, datetime, fractions  # noqa

sys.path.insert(0, sys.argv[2])
from chatbot.programs.confinement import confine

CONFINED = sys.argv[1] == "confined"


def run(source: str) -> object:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(source, "program", "exec"), names)
    return names.get("ans")


def forked(request: dict, out: int) -> None:
    os.setsid()
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.closerange(3, 256)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)
    if CONFINED:
        confine(request["memory"])
    else:
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"],) * 2)
    os.write(1, b"\n")
    try:
        value = run(request["source"])
        if request["after"]:
            value = run(request["after"])
        text = json.dumps({"ok": True, "value": value}, default=str)
    except BaseException as error:
        text = json.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"})
    with os.fdopen(1, "w", closefd=False) as output:
        output.write("\n" + text + "\n")
    os._exit(0)


def answer(request: dict) -> dict:
    inside, outside = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(inside)
        try:
            forked(request, outside)
        finally:
            os._exit(1)
    os.close(outside)
    said, started, ended = bytearray(), time.monotonic(), False
    while True:
        left = started + request["seconds"] - time.monotonic()
        if left <= 0 or len(said) > request["cap"] or not select.select([inside], [], [], left)[0]:
            ended = True
            break
        piece = os.read(inside, 1 << 20)
        if not piece:
            break
        said += piece
    seconds = time.monotonic() - started
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    os.close(inside)
    usage = os.wait4(pid, 0)[2]
    return {
        "said": said.decode("utf-8", "replace"),
        "seconds": seconds,
        "peak_bytes": usage.ru_maxrss * 1024,
        "was_ended": ended,
    }


def main() -> None:
    answers, requests = os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(0), "r")
    for line in requests:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


main()
