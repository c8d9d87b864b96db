#!/usr/bin/env python3
"""A proxy that makes loopback behave as a long, lossy line: `slow_network.py PORT RTT_MS LOSS`
connects to that port, and prints its own. harness/networks.py starts it.

What is sent arrives half a round trip later, in order. A new connection costs a round trip. A lost
piece arrives after TCP's retransmission timeout, and holds up what follows. Losses follow the
same random numbers in each run."""

import asyncio
import random
import sys

# Linux' least retransmission timeout, to which the round trip is added.
RETRANSMISSION = 0.2


class Line:
    def __init__(self, port, round_trip, loss):
        self.port, self.round_trip, self.loss = port, round_trip, loss
        self.chance = random.Random(1)

    async def serve(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def accept(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(
            self.carry(reader, back, self.round_trip),
            self.carry(there, writer, 0),
            return_exceptions=True,
        )

    async def carry(self, reader, writer, handshake):
        """One direction; `handshake` delays what is sent first."""
        pieces = asyncio.Queue()
        deliver = asyncio.create_task(self.deliver(pieces, writer))
        now = asyncio.get_running_loop().time
        opened, last = now() + handshake, 0
        while data := await reader.read(65536):
            delay = self.round_trip / 2
            if self.chance.random() < self.loss:
                delay += RETRANSMISSION + self.round_trip
            last = max(last, max(now(), opened) + delay)
            pieces.put_nowait((last, data))
        pieces.put_nowait((last, b""))
        await deliver

    async def deliver(self, pieces, writer):
        now = asyncio.get_running_loop().time
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(max(0, due - now()))
            if not data:
                writer.close()
                return
            writer.write(data)


def main():
    port, round_trip, loss = sys.argv[1:]
    asyncio.run(Line(int(port), float(round_trip) / 1000, float(loss)).serve())


if __name__ == "__main__":
    main()
