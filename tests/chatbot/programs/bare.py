"""Runs a program in bare CPython, for controls and for the second layer without the interpreter. A script; never imported.

usage: bare.py SOURCE_FILE confined|open MEMORY_BYTES [AFTER_FILE]

A naive host: the result goes to standard output as one JSON line, and the reader takes the first such line.
"""

import sys

sys.path[:0] = [sys.argv[5]] if len(sys.argv) > 5 else []

# Loaded while files can still be read, so that what follows is refused by the kernel and not by a missing module.
if sys.argv[2] == "confined":
    import asyncio, base64, cProfile, codecs, code, concurrent.futures, configparser, csv, ctypes, dbm.dumb, decimal  # noqa
    import doctest, fileinput, ftplib, functools, gc, glob, gzip, http.client, imaplib, importlib.util, inspect, io  # noqa
    import itertools, json, linecache, logging.handlers, math, mmap, multiprocessing.connection, operator, os, pathlib  # noqa
    import pickle, poplib, pty, random, re, resource, runpy, select, shelve, shutil, site, smtplib, socketserver, sqlite3  # noqa
    import ssl, struct, subprocess, tarfile, tempfile, threading, timeit, tokenize, trace, urllib.request, wave, zipfile  # noqa
    import xmlrpc.client, xml.dom.minidom, encodings.idna, encodings.rot_13, multiprocessing.popen_fork  # noqa

    _program, _after = open(sys.argv[1]).read(), open(sys.argv[4]).read() if sys.argv[4] else ""
    from chatbot.programs.confinement import confine

    confine(int(sys.argv[3]))
else:
    import json
    import resource

    _program, _after = open(sys.argv[1]).read(), open(sys.argv[4]).read() if len(sys.argv) > 4 and sys.argv[4] else ""
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(source):
    names = {"__name__": "__main__"}
    exec(compile(source, "program", "exec"), names)
    return names.get("ans")


try:
    _value = _run(_program)
    if _after:
        _value = _run(_after)
    _text = json.dumps({"ok": True, "value": _value}, default=str)
except BaseException as _error:
    _text = json.dumps({"ok": False, "error": f"{type(_error).__name__}: {str(_error)[:300]}"})
sys.__stdout__.write("\n" + _text + "\n")
sys.__stdout__.flush()
