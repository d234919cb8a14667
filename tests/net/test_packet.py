import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.net.generators import BORDER_PORTS, BORDER_SERVICES, places

from reachsim.net.address import parse_address
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, TCP, UDP, service

A, B = parse_address("10.0.0.1"), parse_address("192.0.2.7")
A6, B6 = parse_address("2001:db8::1"), parse_address("2001:db8::7")
packets = st.builds(Packet, places, places, st.sampled_from(BORDER_SERVICES), st.sampled_from(BORDER_PORTS))


@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        (Packet(A, B, service(TCP, 443), 50000), Packet(B, A, service(TCP, 50000), 443)),
        (Packet(A, B, service(UDP, 53), 0), Packet(B, A, service(UDP, 0), 53)),
        (Packet(A, B, service(ICMP, 8 << 8), 7), Packet(B, A, service(ICMP, 0), 7)),
        (Packet(A6, B6, service(ICMPV6, 128 << 8), 7), Packet(B6, A6, service(ICMPV6, 129 << 8), 7)),
        (Packet(A, B, service(50)), Packet(B, A, service(50))),
        (Packet(A, B, service(ICMP, 3 << 8 | 4)), None),
        (Packet(A, B, service(ICMP, 0)), None),
    ],
)
def test_the_answer(packet, answer):
    assert packet.answer() == answer


@given(packets)
def test_the_answer_to_the_answer(packet):
    answer = packet.answer()
    if answer is not None:
        assert (answer.source, answer.destination, answer.protocol) == (
            packet.destination,
            packet.source,
            packet.protocol,
        )
        if packet.protocol not in (ICMP, ICMPV6):
            assert answer.answer() == packet


@given(packets)
def test_fields_of_the_protocol(packet):
    low = packet.service % 65536
    assert packet.protocol == packet.service // 65536
    assert packet.destination_port == (low if packet.protocol in (6, 17) else None)
    assert packet.icmp == ((low // 256, low % 256) if packet.protocol in (1, 58) else None)
    moved = packet.with_(destination=B, source_port=9)
    assert moved == Packet(packet.source, B, packet.service, 9)


@pytest.mark.parametrize(
    ("packet", "text", "data"),
    [
        (
            Packet(A, B, service(TCP, 443), 50000),
            "tcp 10.0.0.1:50000 -> 192.0.2.7:443",
            {
                "source": "10.0.0.1",
                "destination": "192.0.2.7",
                "protocol": "tcp",
                "source_port": 50000,
                "destination_port": 443,
            },
        ),
        (
            Packet(A6, B6, service(UDP, 53), 50000),
            "udp [2001:db8::1]:50000 -> [2001:db8::7]:53",
            {
                "source": "2001:db8::1",
                "destination": "2001:db8::7",
                "protocol": "udp",
                "source_port": 50000,
                "destination_port": 53,
            },
        ),
        (
            Packet(A, B, service(ICMP, 3 << 8 | 4), 9),
            "icmp/3/4 10.0.0.1 -> 192.0.2.7",
            {
                "source": "10.0.0.1",
                "destination": "192.0.2.7",
                "protocol": "icmp",
                "icmp_type": 3,
                "icmp_code": 4,
            },
        ),
        (
            Packet(A, B, service(50)),
            "proto/50 10.0.0.1 -> 192.0.2.7",
            {"source": "10.0.0.1", "destination": "192.0.2.7", "protocol": 50},
        ),
    ],
)
def test_printing(packet, text, data):
    assert str(packet) == text
    assert packet.to_dict() == data
