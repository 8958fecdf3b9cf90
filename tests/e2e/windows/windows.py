#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people at two windows, and one at a window when something is wrong."""
import os
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from desk import Probe, Server, Window, run, stop_all, until  # noqa: E402

BLUE, ORANGE, GREEN = "2f6fde", "e0762f", "3fa34d"


class Windows(unittest.TestCase):
    def tearDown(self):
        stop_all()

    def meet(self, server):
        anne = Window("Anne", "--server", server.url, colour=BLUE)
        bruno = Window("Bruno", "--server", server.url, colour=ORANGE, at=(900, 0))
        for window in (anne, bruno):
            window.sees("Meet Someone")
            window.sees_colour(window.colour, 0.15)
        anne.key("ctrl+n")
        anne.sees("Looking for Someone")
        bruno.press("Meet Someone")
        anne.sees_colour(ORANGE, 0.3)
        bruno.sees_colour(BLUE, 0.3)
        return anne, bruno

    def test_two_people_meet_write_and_go_on(self):
        server = Server()
        anne, bruno = self.meet(server)
        # The partner large, one's own picture small.
        self.assertGreater(anne.share_of(ORANGE), 2 * anne.share_of(BLUE))
        self.assertGreater(anne.share_of(BLUE), 0.005)
        anne.picture("encounter-anne")
        bruno.picture("encounter-bruno")

        anne.key("ctrl+Return")
        anne.sees("Your text")
        anne.type("Bonjour Bruno & <b>all</b>")
        anne.key("Return")
        bruno.key("ctrl+Return")
        bruno.sees("Bonjour Bruno & <b>all</b>")
        bruno.type("Hello Anne")
        bruno.key("Return")
        anne.sees("Hello Anne")
        anne.picture("chat-anne")
        bruno.picture("chat-bruno")

        third = Probe(server.url)
        third.event("seeking")
        anne.key("ctrl+n")
        bruno.sees("(went|gone|moved) on|next", limit=20)
        bruno.picture("partner-went-on")
        third.event("paired")
        self.assertTrue(self.with_report(anne, lambda: third.event("first-video-frame")))

    @staticmethod
    def with_report(window, check):
        try:
            return check()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{window.tree()}") from None

    def test_camera_and_microphone_are_switched_off_and_on(self):
        server = Server()
        anne, bruno = self.meet(server)
        anne.key("ctrl+e")
        bruno.sees("[Cc]amera is off")
        until("Anne's picture gone from Bruno's window", lambda: bruno.share_of(BLUE) < 0.02, 15, bruno.tree)
        bruno.picture("their-camera-is-off")
        anne.key("ctrl+d")
        bruno.sees("[Mm]icrophone is off")
        anne.key("ctrl+e")
        bruno.sees_colour(BLUE, 0.3)
        bruno.sees_no("[Cc]amera is off")

    def test_ending_shows_a_way_on(self):
        server = Server()
        anne, bruno = self.meet(server)
        anne.key("Escape")
        bruno.sees("[Mm]eet [Ss]omeone")
        bruno.picture("partner-hung-up")
        anne.sees("[Mm]eet [Ss]omeone")
        bruno.press("[Mm]eet [Ss]omeone")
        bruno.sees("Looking for Someone")
        bruno.picture("seeking")
        bruno.press("Stop")
        bruno.sees("Meet Someone")

    def test_narrow_window(self):
        server = Server()
        anne, bruno = self.meet(server)
        anne.place((360, 640))
        anne.sees_colour(ORANGE, 0.2)
        anne.key("ctrl+Return")
        anne.sees("Your text")
        anne.type("narrow")
        anne.key("Return")
        bruno.key("ctrl+Return")
        bruno.sees("narrow")
        anne.picture("narrow-chat")

    def test_partner_lost(self):
        server = Server("--resume-seconds", "2")
        anne = Window("Anne", "--server", server.url, colour=BLUE)
        anne.sees("Meet Someone")
        anne.key("ctrl+n")
        anne.sees("Looking for Someone")
        probe = Probe(server.url)
        probe.event("first-video-frame")
        anne.sees("[Cc]hat")
        probe.process.kill()
        probe.process.wait()
        anne.sees("connection|vanished|lost", limit=20)
        anne.picture("connection-lost")
        anne.sees("[Mm]eet [Ss]omeone", limit=60)
        anne.picture("partner-lost")

    def test_server_unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            anne = Window("Anne", "--server", f"127.0.0.1:{port}", colour=BLUE)
            anne.sees("(not|cannot|can’t|No server).*(reach|answer|connect)|No server", limit=20)
            anne.picture("server-unreachable")
        # It comes up: the window notices by itself, or after a press.
        server = Server(port=port)
        retry = anne.find("[Tt]ry again", ("push button", "button"))
        if retry is not None:
            anne.press("[Tt]ry again")
        anne.sees("Meet Someone")
        until("Anne is in the queue", lambda: self.seek(anne), 40, anne.tree)
        server.stop()

    @staticmethod
    def seek(window):
        window.key("ctrl+n")
        return window.find("Looking for Someone")

    def test_server_full(self):
        server = Server("--max-sessions", "1")
        bert = Probe(server.url)
        bert.event("seeking")
        anne = Window("Anne", "--server", server.url, colour=BLUE)
        anne.sees("full", limit=30)
        anne.picture("server-full")

    def test_no_camera_and_no_microphone(self):
        server = Server()
        anne = Window("Anne", "--server", server.url, "--video", "fail:missing", "--audio", "fail:missing")
        anne.sees("[Nn]o camera|camera.*(not found|missing)", limit=20)
        anne.sees("[Nn]o microphone|microphone.*(not found|missing)")
        anne.picture("no-camera-no-microphone")
        probe = Probe(server.url)
        anne.sees("Meet Someone")
        anne.key("ctrl+n")
        probe.event("ice", lambda e: e.get("state") == "connected")
        anne.picture("met-without-camera")

    def test_camera_busy(self):
        server = Server()
        anne = Window("Anne", "--server", server.url, "--video", "fail:busy", "--audio", "test")
        anne.sees("another program", limit=20)
        anne.picture("camera-busy")

    def test_no_route(self):
        server = Server()
        # With relays alone, and no relay server, there is no way between the two.
        probe = Probe(server.url, "--relay-only")
        anne = Window("Anne", "--server", server.url, colour=BLUE)
        anne.sees("Meet Someone")
        anne.key("ctrl+n")
        probe.event("paired")
        anne.sees("Connecting")
        anne.picture("connecting")
        anne.sees("(path|way|route|could not|no connection).*", limit=60)
        anne.sees("[Mm]eet [Ss]omeone", limit=60)
        anne.picture("no-route")

    def test_first_start_without_a_server(self):
        anne = Window("Anne", colour=BLUE)
        anne.sees("Where Shall We Meet")
        anne.picture("choose-a-server")
        anne.sees("This Computer")

    def test_address_that_is_none(self):
        anne = Window("Anne", "--server", "http://not an address", colour=BLUE)
        anne.sees("address", limit=20)
        anne.picture("bad-address")

    def test_french_and_dark(self):
        server = Server()
        anne = Window("Anne", "--server", server.url, colour=BLUE, env={"LANGUAGE": "fr", "ADW_DEBUG_COLOR_SCHEME": "prefer-dark"})
        anne.sees("Rencontrer")
        anne.picture("french-dark-first-page")
        anne.place((360, 640))
        time.sleep(0.5)
        anne.picture("french-dark-narrow")
        anne.key("ctrl+n")
        anne.sees("echerche|herche", limit=20)
        anne.picture("french-dark-seeking")

    def test_everything_has_a_name(self):
        server = Server()
        anne, bruno = self.meet(server)
        anne.key("ctrl+Return")
        nameless = []
        for node in anne.nodes():
            if node.get_role_name() in ("push button", "toggle button", "button", "entry", "text", "check box", "slider"):
                name = node.get_name() or ""
                parent = node.get_parent().get_name() if node.get_parent() else ""
                if not name and not parent:
                    nameless.append(node.get_role_name())
        self.assertEqual(nameless, [], anne.tree())

    def test_the_window_closes_in_mid_call(self):
        server = Server()
        anne, bruno = self.meet(server)
        self.assertEqual(anne.stop(), 0 if anne.process.poll() is None else 0, anne.errors())
        bruno.sees("[Mm]eet [Ss]omeone")


class Result(unittest.TextTestResult):
    def getDescription(self, test):
        return test.id().split(".")[-1].replace("test_", "").replace("_", " ")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2, testRunner=unittest.TextTestRunner(stream=sys.stdout, resultclass=Result, verbosity=2))
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"# pass {result.testsRun - failed - len(result.skipped)}")
    print(f"# fail {failed}")
    print(f"# skipped {len(result.skipped)}")
    sys.exit(1 if failed else 0)
