"""The client of examples/python behind a proxy that answers with pages of its own."""

import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "examples/python"))

from bursar_gateway import BursarError, Gateway  # noqa: E402


class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        status = self.server.statuses[self.server.answered]
        self.server.answered += 1
        body = b"{}" if status == 200 else b"<html><h1>Sorry</h1></html>"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """The tests say what is wrong."""


class Proxies(unittest.TestCase):
    def proxy(self, *statuses):
        """A proxy that answers with these, one after the other."""
        proxy = HTTPServer(("127.0.0.1", 0), Answers)
        proxy.statuses, proxy.answered = statuses, 0
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        self.addCleanup(lambda: (proxy.shutdown(), thread.join(), proxy.server_close()))
        return proxy, Gateway(f"http://127.0.0.1:{proxy.server_port}", "a token")

    def test_request_is_sent_again_when_a_proxy_answers_502(self):
        proxy, gateway = self.proxy(502, 502, 200)
        gateway.release("1")
        self.assertEqual(proxy.answered, 3)

    def test_request_that_a_proxy_answers_with_404_is_not_sent_again(self):
        proxy, gateway = self.proxy(404, 200)
        with self.assertRaises(BursarError) as refused:
            gateway.release("1")
        self.assertEqual((refused.exception.code, refused.exception.passing, proxy.answered), ("no_answer", False, 1))


if __name__ == "__main__":
    unittest.main()
