import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reachsim.net.intervals import PortSet
from reachsim.net.traffic import (
    EVERYTHING,
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    Traffic,
    protocol_of,
    reply_service,
    service,
)

ports = st.sampled_from([0, 1, 22, 443, 1023, 1024, 65534, 65535])
octets = st.sampled_from([0, 1, 3, 8, 128, 254, 255])
NAMED = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}


@st.composite
def tokens(draw):
    """A token and the services that it stands for, as a range."""
    form = draw(st.sampled_from(["protocol", "number", "port", "range", "type", "code", "all"]))
    if form == "all":
        return "all", (0, 2**24 - 1)
    if form == "number":
        number = draw(st.sampled_from([0, 1, 2, 6, 7, 50, 51, 58, 255]))
        return f"proto/{number}", (number << 16, number << 16 | 0xFFFF)
    if form == "protocol":
        name = draw(st.sampled_from(sorted(NAMED)))
        return name, (NAMED[name] << 16, NAMED[name] << 16 | 0xFFFF)
    if form in ("port", "range"):
        name = draw(st.sampled_from(["tcp", "udp"]))
        low = draw(ports)
        high = draw(ports.filter(lambda port: port >= low)) if form == "range" else low
        text = f"{name}/{low}-{high}" if form == "range" else f"{name}/{low}"
        return text, (NAMED[name] << 16 | low, NAMED[name] << 16 | high)
    name = draw(st.sampled_from(["icmp", "icmpv6"]))
    kind = draw(octets)
    base = NAMED[name] << 16 | kind << 8
    if form == "type":
        return f"{name}/{kind}", (base, base | 0xFF)
    code = draw(octets)
    return f"{name}/{kind}/{code}", (base | code, base | code)


token_lists = st.lists(tokens(), min_size=1, max_size=4)


@given(token_lists)
def test_tokens_mean_what_they_say(drawn):
    traffic = Traffic.parse([text for text, _ in drawn])
    assert traffic == Traffic.of(*(span for _, span in drawn))
    assert Traffic.parse(", ".join(text for text, _ in drawn)) == traffic
    for _, (low, high) in drawn:
        assert low in traffic
        assert high in traffic


@given(token_lists)
@example([("tcp", (0x60000, 0x6FFFF)), ("proto/7", (0x70000, 0x7FFFF))])
@example([("proto/255", (0xFF0000, 0xFFFFFF))])
@example([("proto/0", (0, 0xFFFF)), ("icmp/0/0", (0x10000, 0x10000))])
@example([("icmp/0", (0x10000, 0x100FF)), ("icmp/1/0", (0x10100, 0x10100))])
def test_printed_tokens_read_back(drawn):
    traffic = Traffic.parse([text for text, _ in drawn])
    assert Traffic.parse(traffic.tokens()) == Traffic.parse(str(traffic)) == traffic
    assert repr(traffic) == f"Traffic({str(traffic)!r})"
    assert len(set(traffic.tokens())) == len(traffic.tokens())


@given(token_lists)
def test_the_ports_of_a_protocol(drawn):
    traffic = Traffic.parse([text for text, _ in drawn])
    for protocol in (ICMP, TCP, UDP, ICMPV6, 50):
        inside = traffic.ports(protocol)
        assert type(inside) is PortSet
        for port in (0, 1, 22, 255, 256, 443, 2048, 65535):
            assert (port in inside) == (service(protocol, port) in traffic)


@pytest.mark.parametrize(
    ("traffic", "text"),
    [
        (Traffic.nothing(), "nothing"),
        (EVERYTHING, "all"),
        (Traffic.of((0x601BB, 0x601BB)), "tcp/443"),
        (Traffic.of((0x60000, 0x6FFFF)), "tcp"),
        (Traffic.of((0x6FFFF, 0x70000)), "tcp/65535, proto/7"),
        (Traffic.of((0x1FF00, 0x20000 - 1)), "icmp/255"),
        (Traffic.of((0x103FE, 0x10401)), "icmp/3/254, icmp/3/255, icmp/4/0, icmp/4/1"),
        (Traffic.of((0x50000, 0x6FFFF)), "proto/5, tcp"),
        (Traffic.of((0, 0x6000A)), "icmp, tcp/0-10, proto/0, proto/2-5"),
        (
            ~Traffic.protocol(6),
            "icmp, udp, icmpv6, proto/0, proto/2-5, proto/7-16, proto/18-57, proto/59-255",
        ),
    ],
)
def test_printing(traffic, text):
    assert str(traffic) == text


FORMS = "tcp/443, tcp/1024-65535, udp/53, icmp, icmp/8, icmp/3/4, icmpv6, proto/50, tcp or all"


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        ("", f"'' is not traffic; write {FORMS}"),
        ("http", "'http' is not traffic; did you mean 'tcp/80'?"),
        ("TCP/443", "'TCP/443' is not traffic; did you mean 'tcp/443'?"),
        ("443", "'443' is not traffic; did you mean 'tcp/443'?"),
        ("all/443", f"'all/443' is not traffic; write {FORMS}"),
        ("tcp/443,", f"'' is not traffic; write {FORMS}"),
        ("proto", "'proto' is not traffic: proto/ takes one protocol number, such as proto/50"),
        ("proto/6/22", "'proto/6/22' is not traffic: proto/ takes one protocol number, such as proto/50"),
        ("proto/256", "'proto/256' is not traffic: 256 is over 255, the last for a protocol number"),
        ("proto/esp", "'proto/esp' is not traffic: 'esp' is not a protocol number"),
        ("tcp/", "'tcp/' is not traffic: '' is not a port"),
        ("tcp/ssh", "'tcp/ssh' is not traffic: 'ssh' is not a port"),
        ("tcp/-1", "'tcp/-1' is not traffic: '' is not a port"),
        ("tcp/1-", "'tcp/1-' is not traffic: '' is not a port"),
        ("tcp/1-2-3", "'tcp/1-2-3' is not traffic: '2-3' is not a port"),
        ("tcp/٨٠", "'tcp/٨٠' is not traffic: '٨٠' is not a port"),
        ("tcp/080", "'tcp/080' is not traffic: '080' has a leading zero"),
        ("tcp/65536", "'tcp/65536' is not traffic: 65536 is over 65535, the last for a port"),
        ("udp/1-100000", "'udp/1-100000' is not traffic: 100000 is over 65535, the last for a port"),
        ("tcp/22/80", "'tcp/22/80' is not traffic: tcp takes one port or one range of ports"),
        (
            "udp/20-10",
            "'udp/20-10' is not traffic: the range runs backwards; did you mean 'udp/10-20'?",
        ),
        ("icmp/3/4/5", "'icmp/3/4/5' is not traffic: icmp takes a type and a code at most, as in icmp/3/4"),
        ("icmp/256", "'icmp/256' is not traffic: 256 is over 255, the last for an icmp type"),
        ("icmp/echo", "'icmp/echo' is not traffic: 'echo' is not an icmp type"),
        ("icmpv6/1/256", "'icmpv6/1/256' is not traffic: 256 is over 255, the last for an icmpv6 code"),
    ],
)
def test_what_is_wrong(token, fault):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole text is compared
        Traffic.parse(token)
    assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (service(TCP, 443), service(TCP, 50000)),
        (service(UDP, 53), service(UDP, 50000)),
        (service(ICMP, 8 << 8), service(ICMP, 0)),
        (service(ICMP, 13 << 8), service(ICMP, 14 << 8)),
        (service(ICMP, 15 << 8), service(ICMP, 16 << 8)),
        (service(ICMP, 17 << 8), service(ICMP, 18 << 8)),
        (service(ICMP, 0), None),
        (service(ICMP, 3 << 8 | 4), None),
        (service(ICMPV6, 128 << 8), service(ICMPV6, 129 << 8)),
        (service(ICMPV6, 129 << 8), None),
        (service(ICMPV6, 8 << 8), None),
        (service(50), service(50)),
    ],
)
def test_the_service_of_an_answer(asked, answer):
    assert reply_service(asked, 50000) == answer
    assert protocol_of(asked) == asked // 65536


def test_whole_protocols():
    for protocol in (0, ICMP, TCP, 255):
        whole = Traffic.protocol(protocol)
        assert whole.count == 65536
        assert {protocol_of(whole.first), protocol_of(whole.spans[0][1])} == {protocol}
