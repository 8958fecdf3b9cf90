# SPDX-License-Identifier: GPL-3.0-or-later
"""A desk with windows on it: starts the programs, reads what they show on the accessibility bus, types
and clicks as a person would, takes pictures and looks at their pixels.

Only processes that were started here are ended, by their process ids. Every wait has a limit.
"""
import json
import os
import re
import subprocess
import tempfile
import threading
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BUILD = os.path.abspath(os.environ.get("CAUSETTE_BUILD", os.path.join(TOP, "build", "debug")))
PICTURES = os.path.join(TOP, "build", "tests", "pictures")
os.makedirs(PICTURES, exist_ok=True)

running = []


def until(what, find, limit=20, why=None):
    """Asks find() again until it returns something."""
    end = time.monotonic() + limit
    while True:
        found = find()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} s: {what}" + (f"\n{why()}" if why else ""))
        time.sleep(0.1)


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


class Program:
    def __init__(self, name, command, env=None):
        self.name, self.lines = name, []
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, env={**os.environ, **(env or {})})
        running.append(self)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")[-3000:]

    def stop(self):
        if self in running:
            running.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"{self.name} did not end when it was told to\n{self.errors()}")
        return self.process.returncode


def stop_all():
    for program in list(reversed(running)):
        program.stop()


class Server(Program):
    def __init__(self, *args, port=0):
        super().__init__("causetted", [os.path.join(BUILD, "net/server/causetted"), "--listen", f"127.0.0.1:{port}", *args])
        self.url = until("the server's address", lambda: next((m.group(1) for l in self.lines if (m := re.match(r"listening on (\S+)", l))), None), why=self.errors)
        self.port = int(self.url.rsplit(":", 1)[1])


class Probe(Program):
    def __init__(self, url, *args):
        super().__init__("causette-probe", [os.path.join(BUILD, "app/causette-probe"), "--server", url, "--video", "test", "--audio", "test", "--speaker", "none", *args])

    def event(self, name, test=lambda e: True, limit=30):
        return until(f"{name} of the probe", lambda: next((e for e in map(json.loads, list(self.lines)) if e["event"] == name and test(e)), None), limit,
                     lambda: "\n".join([l for l in self.lines if '"stats"' not in l][-15:] + self.lines[-3:]) + self.errors())


def walk(node, depth=0):
    """All accessible objects below @node that are visible (GTK 4.8 says of none but windows that they are
    showing; what is not on the page is hidden from the tree)."""
    try:
        if depth > 0 and not node.get_state_set().contains(Atspi.StateType.VISIBLE):
            return
        yield node
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child is not None:
                yield from walk(child, depth + 1)
    except GLib.Error:
        return


class Window(Program):
    """One window of causette, with a profile of its own."""

    count = 0

    def __init__(self, name, *args, colour=None, env=None, size=(860, 680), at=(0, 0), home=None):
        Window.count += 1
        self.colour = colour
        profile = f"test{Window.count}"
        sources = ["--video", f"test:solid-{colour}" if colour else "test", "--audio", "test", "--speaker", "none"] if not any(a == "--video" for a in args) else ["--speaker", "none"]
        command = [os.path.join(BUILD, "ui/causette"), "--new-instance", "--report", "--profile", profile, *sources, *args]
        self.home = home or tempfile.mkdtemp(prefix="causette-test-")
        super().__init__(name, command, {"HOME": self.home, "XDG_CONFIG_HOME": self.home + "/config", "XDG_DATA_HOME": self.home + "/data",
                                         "XDG_CACHE_HOME": self.home + "/cache", "GSK_RENDERER": "cairo", "LANGUAGE": "en", "LC_ALL": "C.UTF-8", **(env or {})})
        self.id = until(f"the window of {name}", self._find_window, 30, self.errors)
        self.at, self.size = at, size
        self.place()
        until(f"{name} on the accessibility bus", self.application, 20, self.errors)

    def _find_window(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}\n{self.errors()}")
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.split()
        return found[0].decode() if found else None

    def place(self, size=None):
        if size:
            self.size = size
        run("xdotool", "windowsize", self.id, str(self.size[0]), str(self.size[1]))
        run("xdotool", "windowmove", self.id, str(self.at[0]), str(self.at[1]))

    # --- what it shows

    def application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            try:
                child = desktop.get_child_at_index(i)
                if child is not None and child.get_process_id() == self.process.pid:
                    return child
            except GLib.Error:
                continue
        return None

    def nodes(self):
        application = self.application()
        return list(walk(application)) if application else []

    def tree(self):
        lines = []
        for node in self.nodes():
            try:
                lines.append(f"{node.get_role_name()}: {node.get_name()!r}")
            except GLib.Error:
                pass
        return f"--- {self.name} shows\n" + "\n".join(lines) + "\n--- and reports\n" + "\n".join(self.lines[-8:]) + "\n" + self.errors()

    def find(self, name, roles=None):
        pattern = re.compile(name)
        for node in self.nodes():
            try:
                if (roles is None or node.get_role_name() in roles) and pattern.search(node.get_name() or ""):
                    return node
            except GLib.Error:
                continue
        return None

    def sees(self, name, roles=None, limit=20):
        """Waits until something with this name (a regular expression) is shown."""
        return until(f"{self.name} shows {name!r}", lambda: self.find(name, roles), limit, self.tree)

    def sees_no(self, name, limit=20):
        until(f"{self.name} no longer shows {name!r}", lambda: self.find(name) is None, limit, self.tree)

    # --- hands

    def focus(self):
        run("xdotool", "windowraise", self.id)
        run("xdotool", "windowfocus", "--sync", self.id)

    def key(self, *names):
        self.focus()
        for name in names:
            run("xdotool", "key", "--clearmodifiers", name)
            time.sleep(0.15)

    def type(self, text):
        self.focus()
        run("xdotool", "type", "--delay", "20", text)

    def press(self, name, limit=20):
        """Presses the button with this name, by the accessibility bus."""
        node = self.sees(name, ("push button", "toggle button", "button", "menu item", "check box"), limit)
        actions = node.get_action_iface()
        assert actions is not None and Atspi.Action.get_n_actions(node) > 0, f"{name!r} cannot be pressed"
        Atspi.Action.do_action(node, 0)

    # --- pictures

    def picture(self, name):
        self.focus()
        path = os.path.join(PICTURES, f"{name}.png")
        run("import", "-window", self.id, path)
        return path

    def pixels(self):
        """Returns (width, height, bytes of RGB) of the window as it is on the screen."""
        data = run("import", "-window", self.id, "-depth", "8", "ppm:-")
        header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        return int(header.group(1)), int(header.group(2)), data[header.end():]

    def share_of(self, colour):
        """Which share of the window is nearly of this colour."""
        width, height, data = self.pixels()
        want = bytes.fromhex(colour)
        hits = total = 0
        for i in range(0, len(data) - 2, 3 * 11):
            total += 1
            if abs(data[i] - want[0]) < 45 and abs(data[i + 1] - want[1]) < 45 and abs(data[i + 2] - want[2]) < 45:
                hits += 1
        return hits / total

    def sees_colour(self, colour, share, limit=30):
        """Waits until at least @share of the window is of this colour."""
        self.focus()
        return until(f"{self.name} is to {share:.0%} of colour {colour}", lambda: self.share_of(colour) >= share, limit,
                     lambda: f"it is {self.share_of(colour):.1%}; " + self.picture(f"failed-{self.name}") + "\n" + self.tree())
