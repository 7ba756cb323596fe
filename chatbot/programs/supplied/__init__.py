"""What programs get besides the interpreter's own: sources in the interpreter's subset of Python, run inside the sandbox.

Each file is read as text (chatbot/programs/prelude.py), never imported by the product; only what a program uses goes along
with it. A name NAME of the file MODULE is known to the program as ``_sd_MODULE_NAME``; a submodule's names carry its name
in front. The tests import the files into CPython and compare them with the modules they stand for.
"""
