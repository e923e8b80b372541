"""Archives of somebody's traffic: what is read of each entry, and what is not known of it."""

import base64
import gzip
import json
import re
import zipfile

import pytest

from ecsuite.errors import ArchiveUnreadable
from ecsuite.traffic import archive
from ecsuite.traffic.archive import is_archive, read_archive

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
OK = {"status": 200, "headers": [{"name": "Content-Type", "value": JSON}], "content": {"text": "{}"}}


@pytest.fixture
def read(tmp_path):
    """What is read of an archive of one entry: a request of that method with these members, and a response."""

    def make(method: str = "POST", answer: dict = OK, **request: object) -> archive.Entry:
        path = tmp_path / "t.har"
        node = {"request": {"method": method, "url": "https://h/x", **request}, "response": answer}
        path.write_text(json.dumps({"log": {"entries": [node]}}), encoding="utf-8")
        (entry,) = read_archive(path).entries
        return entry

    return make


def headers(**fields: str) -> list[dict]:
    return [{"name": name.replace("_", "-"), "value": value} for name, value in fields.items()]


def test_pairs_are_headers(read):
    """Some tools write a header as a list of its name and its value, and some write all of them as one object."""
    pairs = [("Accept", JSON), ("X-Other", "7")]

    for written in ([list(each) for each in pairs], dict(pairs)):
        assert list(read(headers=written).exchange.request.headers) == pairs
    assert list(read(headers=[["Accept"], [], *map(list, pairs[1:])]).exchange.request.headers) == pairs[1:]


def test_headers_of_the_transfer_are_left_out(read):
    """A body stands in an archive as it was before it was compressed, so what tells of that is not true of it."""
    fields = headers(Content_Type=JSON, Content_Encoding="gzip", Content_Length="9", Transfer_Encoding="chunked")

    one = read(headers=fields, postData={"text": "{}"}, answer=OK | {"headers": fields})

    assert list(one.exchange.request.headers) == list(one.exchange.response.headers) == [("Content-Type", JSON)]


@pytest.mark.parametrize("name", ["encoding", "_encoding"])
def test_body_of_a_request_in_base64_is_read(read, name):
    """Bytes that are no text stand in Base64, which tools say under one name or another."""
    data = {"mimeType": JSON, "text": base64.b64encode(b'{"a": 1}').decode(), name: "base64"}

    assert read(postData=data).exchange.request.body == b'{"a": 1}'


def test_text_of_a_form_counts(read):
    """Where a form is there as it was sent and in its parts, what was sent is judged."""
    data = {"mimeType": FORM, "text": "a=x%20y&b", "params": [{"name": "a", "value": "x%20y"}]}

    assert read(postData=data).exchange.request.body == b"a=x%20y&b"


def test_parts_of_a_form_are_its_body(read):
    """Where only the parts are there, the body is made of them, whoever says that it is a form."""
    data = {"params": [{"name": "a", "value": "x y"}, {"name": "b"}]}

    for one in (read(postData=data | {"mimeType": FORM}), read(postData=data, headers=headers(Content_Type=FORM))):
        assert one.exchange.request.body == b"a=x+y&b="
        assert "request-body" not in one.unknown


def test_no_response_has_no_status(read):
    """What is no status of HTTP is none."""
    for status in (None, 0, -1, 99, 1000, "200"):
        one = read(answer=OK | {"status": status})

        assert one.exchange.response.status == 0
        assert one.unknown["response"] == "the archive has no response"
    assert [read(answer=OK | {"status": each}).exchange.response.status for each in (100, 999)] == [100, 999]


def test_request_without_a_body_is_told_by_its_length(read):
    """What the header or the size says tells a body that was left out from one that never was."""
    left_out = {
        "a length": read("DELETE", headers=headers(Content_Length="9")),
        "a size": read("DELETE", bodySize=9),
        "nothing": read(),
        "a size that is none": read(bodySize=-1),
    }
    none = {
        "a length": read(headers=headers(Content_Length="0"), bodySize=-1),
        "a size": read(bodySize=0),
        "nothing": read("DELETE"),
        "a size that is none": read("DELETE", bodySize=-1),
        "a form without parts": read("DELETE", postData={"text": "", "params": []}),
    }

    assert [name for name, one in left_out.items() if "request-body" not in one.unknown] == []
    assert [name for name, one in none.items() if "request-body" in one.unknown] == []


def test_response_without_a_body_is_told_by_its_length(read):
    """A response of 204, or of the length 0, has no body; of another one it may have been left out."""

    def answer(status: int = 200, length: str = "0", size: int | None = 0) -> dict:
        return {"status": status, "headers": headers(Content_Length=length), "content": {"size": size, "text": ""}}

    none = [read(answer=answer()), read(answer=answer(size=None)), read(answer=answer(204, "7", 7))]
    left_out = [read(answer=answer(length="1")), read(answer=answer(size=7)), read(answer=answer(length=""))]

    assert [one.unknown for one in none if "response-body" in one.unknown] == []
    assert [one.unknown for one in left_out if "response-body" not in one.unknown] == []


def test_body_that_was_cut_is_not_known(read):
    """JSON that does not end was cut where its size, its length or a comment says so; else it was sent like that."""
    begun = {"text": '{"a": '}
    cut = [
        read(answer=OK | {"content": begun | {"size": 90}}),
        read(answer=OK | {"content": begun | {"comment": "Cut off at 6 bytes"}}),
    ]
    whole = [
        read(answer=OK | {"content": begun | {"size": 6}}),
        read(answer=OK | {"content": begun}),
        read(answer=OK | {"content": {"text": "{}", "size": 90, "comment": "cut"}}),
    ]

    assert {one.unknown.get("response-body") for one in cut} == {
        "the archive has only a part of the body of the response"
    }
    assert [one.unknown for one in whole if one.unknown.get("response-body")] == []
    sent = read(headers=headers(Content_Length="90"), postData=begun)
    assert sent.unknown["request-body"] == "the archive has only a part of the body of the request"


def test_body_beside_the_archive_is_read(read, tmp_path):
    """A body may stand in a file beside the archive, and nowhere else: no archive reads other files of its reader."""
    folder = tmp_path / "in"
    folder.mkdir()
    for holder in (tmp_path, folder):
        (holder / "body.json").write_bytes(b'{"a": 1}')

    def body(name: str) -> bytes:
        return read(answer=OK | {"content": {"_file": name, "size": 8}}).exchange.response.body

    assert body("body.json") == b'{"a": 1}'
    assert [body(name) for name in ("in/body.json", "../body.json", str(tmp_path / "body.json"), "none")] == [b""] * 4


def test_large_compressed_archive_is_recognised(tmp_path):
    """An archive is known by how it begins, whatever its name is, and however large it is."""
    path = tmp_path / "traffic"
    path.write_bytes(gzip.compress(b'{"log": {"entries": [' + b" " * 100_000))
    assert is_archive(path)
    path.write_bytes(gzip.compress(b'{"info": {"entries": [' + b" " * 100_000))
    assert not is_archive(path)


def test_zip_file_is_an_archive_whatever_its_name(tmp_path):
    """It is recognised by its first two bytes."""
    path = tmp_path / "traffic"
    for content, expected in ((b"PK\x03\x04", True), (b"P", False), (b"Px", False)):
        path.write_bytes(content)

        assert is_archive(path) is expected


def test_plain_archive_that_is_damaged_names_the_line(tmp_path):
    """A file of plain JSON can be mended by hand; one that was unpacked has no lines to look at."""
    path = tmp_path / "t.har"
    for content, reason in (
        (b'{\n"log": }', r"it is not JSON \(line 2\)"),
        (gzip.compress(b"{\n}}"), "it is not JSON$"),
    ):
        path.write_bytes(content)

        with pytest.raises(ArchiveUnreadable) as caught:
            read_archive(path)

        assert re.search(reason, str(caught.value).partition(";")[0])


def test_compressed_archive_that_is_cut_off_is_refused(tmp_path, monkeypatch):
    """Also where what remains has just the size that is read."""
    text = json.dumps({"log": {"entries": [{"request": {"method": "GET", "url": "https://h/"}}]}}).encode()
    path = tmp_path / "t.har.gz"
    path.write_bytes(gzip.compress(text)[:-8])

    for most in (len(text), len(text) + 1):
        monkeypatch.setattr(archive, "_MOST_UNPACKED", most)
        with pytest.raises(ArchiveUnreadable, match="it is compressed, and cut off or damaged"):
            read_archive(path)


def test_too_large_archive_is_refused(tmp_path, monkeypatch):
    """What would fill the memory is not unpacked; what just fits is."""
    text = json.dumps({"log": {"entries": [{"request": {"method": "GET", "url": "https://h/"}}]}}).encode()
    plain, small, packed = tmp_path / "t.har", tmp_path / "t.har.gz", tmp_path / "t.zip"
    plain.write_bytes(text)
    small.write_bytes(gzip.compress(text))
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.har", text)

    for path in (plain, small, packed):
        monkeypatch.setattr(archive, "_MOST_UNPACKED", len(text))
        assert len(read_archive(path).entries) == 1
        monkeypatch.setattr(archive, "_MOST_UNPACKED", len(text) - 1)
        with pytest.raises(ArchiveUnreadable, match=f"more than {len(text) - 1:,} bytes"):
            read_archive(path)


@pytest.mark.parametrize(
    ("method", "url", "status", "fields", "what"),
    [
        ("GET", "https://h/x", 200, {}, ""),
        ("GET", "https://h:8443/x", 200, {}, ""),
        ("OPTIONS", "https://h/x", 404, {}, ""),
        ("OPTIONS", "https://h/x", 204, {"Access_Control_Request_Method": "POST"}, "a browser's preflight"),
        ("POST", "https://h/x", 204, {"Access_Control_Request_Method": "POST"}, ""),
        ("CONNECT", "https://h:443", 200, {}, "a tunnel of a proxy"),
        ("GET", "wss://h/x", 200, {}, "a websocket"),
        ("GET", "https://h/x", 101, {}, "a websocket"),
        ("GET", "data:text/plain,x", 200, {}, "the scheme data"),
        ("GET", "/x", 200, {}, "an address without a host"),
        ("GET", "https:///x", 200, {}, "an address without a host"),
        ("GET", "https://h:99999/x", 200, {}, "an address that cannot be read"),
    ],
)
def test_what_is_no_call_is_told_apart(read, method, url, status, fields, what):
    """A browser and a proxy make requests that no client has written; an OPTIONS of a client is one of its own."""
    assert read(method, OK | {"status": status}, url=url, headers=headers(**fields)).no_call == what


@pytest.mark.parametrize("length", ["\u00b2", "-1", "x", ""])
def test_length_that_is_no_number_is_not_known(read, length):
    """Whether there was a body is then not known either."""
    one = read(headers=headers(Content_Length=length, Accept=JSON))

    assert one.unknown == {"request-body": "the archive has no body of the request"}


def test_repeated_header_is_several(read):
    """Some tools write the values of a field that came twice on lines of one; those of HTTP/2 with a colon are none."""
    fields = [{"name": "Set-Cookie", "value": "a=1\r\nb=2\nc=3"}, {"name": ":status", "value": "200"}]

    one = read(answer=OK | {"headers": fields})

    assert list(one.exchange.response.headers) == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Set-Cookie", "c=3")]


def test_media_type_beside_the_body_is_taken_where_no_header_has_it(read):
    """Without headers, what the archive says of a body is all that is known; a header counts before it."""
    data = {"mimeType": "text/x", "text": "{}"}
    bare = read(postData=data, answer={"status": 200, "content": data})
    full = read(postData=data, headers=headers(Content_Type=JSON), answer=OK | {"content": data})

    assert bare.unknown == {
        "request-headers": "the archive has no headers of the request",
        "response-headers": "the archive has no headers of the response",
    }
    for one, media_type in ((bare, "text/x"), (full, JSON)):
        assert one.exchange.request.headers.all("Content-Type") == [media_type]
        assert one.exchange.response.headers.all("Content-Type") == [media_type]
    assert read(
        headers=headers(Accept=JSON), postData={"mimeType": JSON, "text": ""}
    ).exchange.request.headers.fields == (("Accept", JSON),)


def test_times_are_in_seconds(tmp_path):
    """An archive has a date and milliseconds; what it has not, or what is no time, is not known, or took none."""
    path = tmp_path / "t.har"
    given = [("1970-01-01T00:00:10Z", 1500), ("1970-01-01T01:00:00+01:00", -1), ("soon", True), (None, None)]
    nodes = [
        {"request": {"method": "GET", "url": "https://h/x#y"}, "startedDateTime": at, "time": took}
        for at, took in given
    ]
    path.write_text(json.dumps({"log": {"entries": nodes, "creator": {"name": "a tool"}}}), encoding="utf-8")

    read = read_archive(path)

    assert read.creator == "a tool"
    assert [(each.number, each.started, each.exchange.seconds) for each in read.entries] == [
        (1, 10.0, 1.5),
        (2, 0.0, 0.0),
        (3, None, 0.0),
        (4, None, 0.0),
    ]
    assert {each.exchange.request.url for each in read.entries} == {"https://h/x"}


def test_archive_in_a_zip_file_is_found_by_its_name(tmp_path):
    """Other files stand before it; one without an archive is none."""
    path, text = (
        tmp_path / "t.zip",
        json.dumps({"log": {"entries": [{"request": {"method": "GET", "url": "https://h/"}}]}}),
    )
    for name, is_one in (("traffic.HAR", True), ("traffic.json", False)):
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("body.json", "{}")
            made.writestr(name, text)

        if is_one:
            assert len(read_archive(path).entries) == 1
        else:
            with pytest.raises(ArchiveUnreadable, match=r"there is no \.har file in it"):
                read_archive(path)


def test_messages_of_a_websocket_are_no_call(tmp_path):
    """A browser writes them beside a request whose scheme and status may be those of any other."""
    path = tmp_path / "t.har"
    node = {"request": {"method": "GET", "url": "https://h/x"}, "response": OK, "_webSocketMessages": []}
    path.write_text(json.dumps({"log": {"entries": [node]}}), encoding="utf-8")

    (one,) = read_archive(path).entries

    assert one.no_call == "a websocket"
