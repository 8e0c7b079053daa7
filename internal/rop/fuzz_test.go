package rop_test

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// allocated returns the number of bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What decoding may allocate: some bytes for each byte that is there (a value of no bytes in a list of them takes 56, a
// recipient row of seven takes 300), and a base for whatever else the process does meanwhile.
const (
	allocPerByte = 128
	allocBase    = 256 << 10
)

// checkStable checks a message that was decoded from read: encoded and decoded again it is the same.
func checkStable(t *testing.T, m rop.Message, read []byte, columns []mapi.PropTag) {
	once := encode(m)
	if len(once) > len(read)+1 { // a name without its terminator gets one
		t.Fatalf("%T: %d bytes became %d\nread %x\nonce %x", m, len(read), len(once), read, once)
	}
	d := rop.NewDecoder(once)
	d.PublicLogon, d.Columns = isPublic, columns
	again := newLike(m)
	again.Decode(d)
	if d.Err() != nil || d.Len() != 0 {
		t.Fatalf("%T: %v, %d bytes left\nread %x\nonce %x", m, d.Err(), d.Len(), read, once)
	}
	if diff := cmp.Diff(m, again, equal); diff != "" {
		t.Fatalf("%T: %s", m, diff)
	}
	if twice := encode(again); !bytes.Equal(once, twice) {
		t.Fatalf("%T:\nonce  %x\ntwice %x", m, once, twice)
	}
}

func FuzzRequests(f *testing.F) {
	for _, c := range rop.Codecs {
		if c.NewRequest == nil {
			continue
		}
		for seed := range uint64(3) {
			m := c.NewRequest()
			newGenerator(seed).fill(m)
			f.Add(encode(m))
		}
	}
	for _, v := range vectors {
		if v.req != nil {
			f.Add(unhex(f, v.hex))
		}
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		var got []rop.Request
		var ends []int
		n := allocated(func() {
			r := rop.NewRequests(list, isPublic)
			for req, err := r.Next(); err == nil; req, err = r.Next() {
				got = append(got, req)
				ends = append(ends, len(list)-len(r.Tail()))
			}
		})
		if limit := uint64(allocBase + allocPerByte*len(list)); n > limit {
			t.Fatalf("%d bytes of input allocated %d", len(list), n)
		}
		for i, req := range got {
			end := len(list)
			if i+1 < len(ends) {
				end = ends[i+1]
			}
			checkStable(t, req, list[ends[i]:end], nil)
		}
	})
}

func FuzzResponses(f *testing.F) {
	columns := []mapi.PropTag{0x67480014, 0x0037001F, 0x8008301F, 0x0FFF0102, 0x00370000}
	for _, c := range rop.Codecs {
		if c.NewResponse == nil {
			continue
		}
		for seed := range uint64(3) {
			m := c.NewResponse()
			newGenerator(seed).fill(m)
			f.Add(encode(m))
		}
	}
	for _, v := range vectors {
		if v.resp != nil {
			f.Add(unhex(f, v.hex))
		}
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		var got []rop.Response
		n := allocated(func() {
			r := rop.NewResponses(list)
			for resp, err := r.Next(columns); err == nil; resp, err = r.Next(columns) {
				got = append(got, resp)
			}
		})
		// Each row of a table has a value for each of the columns, however short it is on the wire.
		if limit := uint64(allocBase + len(columns)*allocPerByte*len(list)); n > limit {
			t.Fatalf("%d bytes of input allocated %d", len(list), n)
		}
		for _, resp := range got {
			checkStable(t, resp, list, columns)
		}
	})
}
