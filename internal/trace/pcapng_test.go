package trace

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

var (
	at     = time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	client = netip.MustParseAddrPort("192.0.2.1:40000")
	server = netip.MustParseAddrPort("192.0.2.2:59532")
)

// blocks splits a pcapng stream and checks that both lengths of every block agree.
func blocks(t *testing.T, b []byte) (types []uint32) {
	t.Helper()
	for len(b) > 0 {
		size := int(binary.LittleEndian.Uint32(b[4:]))
		if size%4 != 0 || size > len(b) || binary.LittleEndian.Uint32(b[size-4:]) != uint32(size) {
			t.Fatalf("block of %d bytes with %d left", size, len(b))
		}
		types = append(types, binary.LittleEndian.Uint32(b))
		b = b[size:]
	}
	return types
}

func TestNGWriterWritesWholeBlocks(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewNGWriter(&out, "mapid", "a comment")
	iface := w.Interface(LinkRaw, "wire", "")
	for _, n := range []int{0, 1, 2, 3, 4} {
		w.beginPacket(iface, at)
		w.buf = append(w.buf, make([]byte, n)...)
		w.endPacket([]byte("note"))
	}
	w.Name([]byte{192, 0, 2, 1}, "alice")
	w.Dropped(iface, at, 7)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := []uint32{blockSection, blockInterface, 6, 6, 6, 6, 6, blockNames, blockStatistics}
	got := blocks(t, out.Bytes())
	if len(got) != len(want) {
		t.Fatalf("blocks %x, want %x", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("blocks %x, want %x", got, want)
		}
	}
}

func TestConversationChecksumsAndSequence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		client, server netip.AddrPort
		header         int
	}{
		{"IPv4", client, server, 20},
		{"IPv6", netip.MustParseAddrPort("[2001:db8::1]:40000"), netip.MustParseAddrPort("[2001:db8::2]:59532"), 40},
		{"Mixed", client, netip.MustParseAddrPort("[2001:db8::2]:59532"), 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conv := NewConversation(c.client, c.server)
			packets := conv.Open()
			packets = append(packets, conv.Data(ToServer, make([]byte, 70000))...)
			packets = append(packets, conv.Data(ToClient, []byte("odd"))...)
			packets = append(packets, conv.Close(ToClient)...)
			if len(packets) != 3+2+1+3 {
				t.Fatalf("%d packets", len(packets))
			}
			for i, p := range packets {
				src, dst := p[12:16], p[16:20]
				if c.header == 40 {
					src, dst = p[8:24], p[24:40]
				} else if fold(sum(p[:20])) != 0xFFFF {
					t.Errorf("packet %d: IPv4 checksum", i)
				}
				tcp := p[c.header:]
				if fold(uint64(6+len(tcp))+sum(src)+sum(dst)+sum(tcp)) != 0xFFFF {
					t.Errorf("packet %d: TCP checksum", i)
				}
			}
			last := packets[len(packets)-1][c.header:]
			if seq, ack := binary.BigEndian.Uint32(last[4:]), binary.BigEndian.Uint32(last[8:]); seq != 1+3+1 || ack != 1+70000+1 {
				t.Errorf("last packet: seq %d ack %d", seq, ack)
			}
		})
	}
}

func TestPcapWriterHeaderAndRecord(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewPcapWriter(&out)
	w.Packet(at, []byte{1, 2, 3})
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	b := out.Bytes()
	if len(b) != 24+16+3 || binary.LittleEndian.Uint32(b[20:]) != 101 || binary.LittleEndian.Uint32(b[28:]) != 678901 {
		t.Fatalf("% x", b)
	}
}
