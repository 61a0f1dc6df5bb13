"""A process of its own that reads one query through connectorx and writes the rows as an Arrow stream.

Apart, because connectorx retries a failed login for half a minute, prints errors with the user's name, and panics on a
zero date: here all that ends with the process, which can be ended at any time. Input: one line of JSON with url, query,
before (statements) and batch (rows). Exit code 0: everything was written. It imports nothing of this project.
"""

import json
import sys

import connectorx
import pyarrow as pa


def main() -> None:
    job = json.loads(sys.stdin.readline())
    reader = connectorx.read_sql(
        job["url"],
        job["query"],
        return_type="arrow_stream",
        protocol="text",  # the bytes the ordinary driver gets, so that both read the same value
        pre_execution_query=job["before"],
        batch_size=job["batch"],
    )
    with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as out:
        for batch in reader:
            out.write_batch(batch)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
