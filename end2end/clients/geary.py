"""Asks the Geary of this machine what it finds for a domain, by its own reader of autoconfig files.

Usage: geary.py CA-FILE DOMAIN, with the proxy for HTTPS in the environment. Prints JSON.
"""

import ctypes
import glob
import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

# The values of Geary.TlsNegotiationMethod.
SECURITY = {0: "none", 1: "starttls", 2: "tls"}

POINTER, TEXT = ctypes.c_void_p, ctypes.c_char_p


class Error(ctypes.Structure):
    """A GError."""

    _fields_ = [("domain", ctypes.c_uint32), ("code", ctypes.c_int), ("message", TEXT)]


def main():
    authority, domain = sys.argv[1:]
    trusted = Gio.TlsFileDatabase.new(authority)
    Gio.TlsBackend.get_default().set_default_database(trusted)
    print(json.dumps(look_up(domain)))


def look_up(domain):
    """The values that Geary fills in for the domain, or its error."""
    [path] = glob.glob("/usr/lib/*/geary/libgeary-client-*.so")
    geary, gio = ctypes.CDLL(path), ctypes.CDLL("libgio-2.0.so.0")

    def function(library, name, result, *arguments):
        found = getattr(library, name)
        found.restype, found.argtypes = result, arguments
        return found

    callback = ctypes.CFUNCTYPE(None, POINTER, POINTER, POINTER)
    cancellable = function(gio, "g_cancellable_new", POINTER)()
    reader = function(geary, "accounts_auto_config_new", POINTER, POINTER)(cancellable)
    start = function(geary, "accounts_auto_config_get_config", None, POINTER, TEXT, callback, POINTER)
    finish = function(geary, "accounts_auto_config_get_config_finish", POINTER, POINTER, POINTER, ctypes.POINTER(POINTER))
    loop, found = GLib.MainLoop(), {}

    def finished(_source, result, _data):
        error = POINTER()
        values = finish(reader, result, ctypes.byref(error))
        if error.value:
            message = ctypes.cast(error, ctypes.POINTER(Error)).contents.message
            found["error"] = message.decode()
        else:
            for protocol in "imap", "smtp":
                getter = f"accounts_auto_config_values_get_{protocol}_"
                found[protocol] = {
                    "host": function(geary, getter + "server", TEXT, POINTER)(values).decode(),
                    "port": int(function(geary, getter + "port", TEXT, POINTER)(values)),
                    "security": SECURITY[function(geary, getter + "tls_method", ctypes.c_int, POINTER)(values)],
                }
        loop.quit()

    finished = callback(finished)
    start(reader, domain.encode(), finished, None)
    loop.run()
    return found


main()
