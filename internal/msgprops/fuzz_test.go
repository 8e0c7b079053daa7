package msgprops_test

import (
	"bytes"
	"testing"

	"github.com/mapid/mapid/internal/msgprops"
)

// FuzzParseXID: what is read has a GUID and one to eight bytes more, and is written as it came.
func FuzzParseXID(f *testing.F) {
	f.Add(unhex(f, replGUID+" 00 00 00 00 00 2A"))
	f.Add(unhex(f, replGUID+" 2A"))
	f.Add(unhex(f, replGUID))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := msgprops.ParseXID(b)
		if (err == nil) != (len(b) > 16 && len(b) <= 24) {
			t.Fatalf("%d bytes: %v", len(b), err)
		}
		if err == nil && !bytes.Equal(x.Bytes(), b) {
			t.Fatalf("%x became %x", b, x.Bytes())
		}
	})
}

// FuzzParseServerID: only ids of the server's own are read, and those are written as they came.
func FuzzParseServerID(f *testing.F) {
	f.Add(msgprops.ServerID(0x0D00000000000001, 0x1F00000000000001, 0))
	f.Add([]byte{0, 'o', 'w', 'n'})
	f.Fuzz(func(t *testing.T, b []byte) {
		folder, message, instance, ok := msgprops.ParseServerID(b)
		if ok != (len(b) == 21 && b[0] == 1) {
			t.Fatalf("%x: %v", b, ok)
		}
		if ok && !bytes.Equal(msgprops.ServerID(folder, message, instance), b) {
			t.Fatalf("%x became %x", b, msgprops.ServerID(folder, message, instance))
		}
	})
}

// FuzzParseGID: 22 bytes are one, and are written as they came.
func FuzzParseGID(f *testing.F) {
	f.Add(unhex(f, replGUID+" 00 00 00 00 00 2A"))
	f.Add(unhex(f, replGUID))
	f.Fuzz(func(t *testing.T, b []byte) {
		id, ok := msgprops.ParseGID(b)
		if ok != (len(b) == 22) {
			t.Fatalf("%d bytes: %v", len(b), ok)
		}
		if ok && (!bytes.Equal(msgprops.GID(id), b) || id.GlobalCounter >= 1<<48) {
			t.Fatalf("%x became %x", b, msgprops.GID(id))
		}
	})
}
