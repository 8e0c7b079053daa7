package exec_test

import (
	"bytes"
	"database/sql"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// blob is a binary property of a client's own.
var blob = mapi.Tag(0x6820, mapi.PtypBinary)

// openStream opens a property of the object at an index as a stream at another.
func (w *world) openStream(index, at uint8, tag mapi.PropTag, mode uint8) uint32 {
	w.t.Helper()
	return one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(index, at), PropertyTag: tag, OpenModeFlags: mode}).StreamSize
}

// put writes to the stream at an index.
func (w *world) put(index uint8, b []byte) {
	w.t.Helper()
	for part := range slices.Chunk(b, 0x7000) {
		if n := one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(index), Data: part}).WrittenSize; int(n) != len(part) {
			w.t.Fatalf("%d of %d bytes were written", n, len(part))
		}
	}
}

func (w *world) seek(index uint8, origin uint8, offset int64) uint64 {
	w.t.Helper()
	return one[*rop.SeekStreamResponse](w, &rop.SeekStreamRequest{In: in(index), Origin: origin, Offset: offset}).NewPosition
}

// pattern is n bytes that show where they stand.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

// sizes of values around what is held in memory and what the store keeps apart.
var streamSizes = []int{0, 1, 1000, 32 << 10, 32<<10 + 1, 256 << 10, 256<<10 + 1, 600_001}

// TestOpenStreamModes: [MS-OXCPRPT] 2.2.14.1 and 3.2.5.11.
func TestOpenStreamModes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for _, tt := range []struct {
		name   string
		tag    mapi.PropTag
		mode   uint8
		open   mapi.ErrorCode
		write  mapi.ErrorCode
		before int
	}{
		{"ReadOnlyMissing", blob, mapi.OpenModeReadOnly, mapi.ErrNotFound, 0, 0},
		{"ReadWriteMissing", blob, mapi.OpenModeReadWrite, mapi.ErrNotFound, 0, 0},
		{"BestAccessMissing", blob, mapi.OpenModeBestAccess, mapi.ErrNotFound, 0, 0},
		{"Create", blob, mapi.OpenModeCreate, 0, 0, 0},
		{"ReadOnly", blob, mapi.OpenModeReadOnly, 0, mapi.ErrStreamAccessDenied, 3},
		{"ReadWrite", blob, mapi.OpenModeReadWrite, 0, 0, 3},
		{"BestAccess", blob, mapi.OpenModeBestAccess, 0, 0, 3},
		{"CreateAgainEmpties", blob, mapi.OpenModeCreate, 0, 0, 0},
		{"Unknown", blob, 4, mapi.ErrInvalidParameter, 0, 0},
		{"ComputedReadOnly", mapi.TagEntryId, mapi.OpenModeReadOnly, 0, mapi.ErrStreamAccessDenied, 70},
		{"ComputedBestAccess", mapi.TagEntryId, mapi.OpenModeBestAccess, 0, mapi.ErrStreamAccessDenied, 70},
		{"ComputedReadWrite", mapi.TagEntryId, mapi.OpenModeReadWrite, mapi.ErrAccessDenied, 0, 0},
		{"ComputedCreate", mapi.TagEntryId, mapi.OpenModeCreate, mapi.ErrAccessDenied, 0, 0},
		{"Multiple", mapi.Tag(0x6821, mapi.PtypMultiBinary), mapi.OpenModeCreate, mapi.ErrNoSupport, 0, 0},
		{"Integer", mapi.Tag(0x6821, mapi.PtypInteger32), mapi.OpenModeCreate, mapi.ErrNoSupport, 0, 0},
	} {
		resp := w.run(&rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: tt.tag, OpenModeFlags: tt.mode})[0].(*rop.OpenStreamResponse)
		if resp.ReturnValue != tt.open || int(resp.StreamSize) != tt.before {
			t.Errorf("%s: %v, %d bytes", tt.name, resp.ReturnValue, resp.StreamSize)
		}
		if tt.open != 0 {
			continue
		}
		for _, req := range []rop.Request{
			&rop.WriteStreamRequest{In: in(4), Data: []byte("abc")}, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 3}, &rop.CommitStreamRequest{In: in(4)},
		} {
			want := tt.write
			if _, commit := req.(*rop.CommitStreamRequest); commit {
				want = 0
			}
			if got := w.code(req); got != want {
				t.Errorf("%s, %T: %v, want %v", tt.name, req, got, want)
			}
		}
	}
}

// TestWriteStreamFailureTellsSize: WrittenSize stands in failures too, [MS-OXCROPS] 2.2.9.3.2.
func TestWriteStreamFailureTellsSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	w.openStream(3, 4, mapi.TagBody, mapi.OpenModeReadOnly)
	resp := w.run(&rop.WriteStreamRequest{In: in(4), Data: []byte("abc")})[0].(*rop.WriteStreamResponse)
	if resp.ReturnValue != mapi.ErrStreamAccessDenied || resp.WrittenSize != 0 {
		t.Errorf("%+v", resp)
	}
}

// TestStreamOfEverySize: written, read back, saved, read by another handle, on messages, attachments and embedded
// messages.
func TestStreamOfEverySize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range streamSizes {
		want := pattern(n)
		w.create()
		w.write(3, blob, want)
		w.write(3, mapi.TagBody, utf16le(strings.Repeat("ä", n/2)))
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(3, 4)})
		w.set(4, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(mapi.AfByValue)})
		w.write(4, mapi.TagAttachDataBinary, want)
		w.saveAttachment(4)
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(3, 5)})
		one[*rop.OpenEmbeddedMessageResponse](w, &rop.OpenEmbeddedMessageRequest{InOut: inOut(5, 6), CodePageID: 0x0FFF, OpenModeFlags: mapi.OpenModeCreate})
		w.write(6, blob, want)
		w.save(6)
		w.saveAttachment(5)
		for index, tag := range map[uint8]mapi.PropTag{3: blob, 4: mapi.TagAttachDataBinary, 6: blob} {
			if got := w.stream(index, tag); !bytes.Equal(got, want) {
				t.Errorf("%d bytes, object %d before the save: %d bytes", n, index, len(got))
			}
		}
		id := w.save(3)
		w.openAt(3, id, mapi.OpenModeReadOnly)
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 5), AttachmentID: 1})
		one[*rop.OpenEmbeddedMessageResponse](w, &rop.OpenEmbeddedMessageRequest{InOut: inOut(5, 6), CodePageID: 0x0FFF})
		for index, tag := range map[uint8]mapi.PropTag{3: blob, 4: mapi.TagAttachDataBinary, 6: blob} {
			if got := w.stream(index, tag); !bytes.Equal(got, want) {
				t.Errorf("%d bytes, object %d after the save: %d bytes", n, index, len(got))
			}
		}
		if got := w.stream(3, mapi.TagBody.WithType(mapi.PtypString8)); len(got) != n/2 {
			t.Errorf("%d bytes: text of %d characters", n, len(got))
		}
	}
}

// TestStreamAsObject: the data of an OLE attachment are one value under two types.
func TestStreamAsObject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(3, 4)})
	w.set(4, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(6)})
	w.write(4, mapi.TagAttachDataObject, pattern(50_000))
	for _, tag := range []mapi.PropTag{mapi.TagAttachDataObject, mapi.TagAttachDataBinary} {
		if got := w.stream(4, tag); !bytes.Equal(got, pattern(50_000)) {
			t.Errorf("%v: %d bytes", tag, len(got))
		}
	}
}

// TestStreamOfEightBits: text is written and read in the code page of the message, of any length, though its characters
// have several bytes.
func TestStreamOfEightBits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range []int{1, 1000, 200_000} {
		for page, eight := range map[uint16]string{1252: "Gr\xfc\xdfe, ", 932: "\x93\xfa\x96{, ", 65001: "日本, "} {
			l := w.inbox()
			one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
				InOut: inOut(0, 3), CodePageID: page, FolderID: l.FolderIDs[fidInbox], MessageID: w.find("Budget 2026"), OpenModeFlags: mapi.OpenModeReadWrite,
			})
			text := map[uint16]string{1252: "Grüße, ", 932: "日本, ", 65001: "日本, "}[page]
			w.write(3, mapi.TagBody.WithType(mapi.PtypString8), []byte(strings.Repeat(eight, n)))
			if got := string(w.stream(3, mapi.TagBody)); got != string(utf16le(strings.Repeat(text, n))) {
				t.Errorf("page %d, %d times: %d bytes of Unicode", page, n, len(got))
			}
			if got := string(w.stream(3, mapi.TagBody.WithType(mapi.PtypString8))); got != strings.Repeat(eight, n) {
				t.Errorf("page %d, %d times: %d bytes", page, n, len(got))
			}
		}
	}
	// A terminator is not part of a text.
	w.write(3, mapi.TagBody, utf16le("ends\x00"))
	if got := w.props(3, mapi.TagBody)[0].Str(); got != "ends" {
		t.Errorf("%q", got)
	}
}

// TestWriteStreamIsSeenAtOnce: through the same object's handle without a commit, [MS-OXCPRPT] 3.2.5.13; the test
// settings of Exchange 2010 say that there it takes the commit.
func TestWriteStreamIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	for profile, atOnce := range map[string]bool{"exchange2003": true, "exchange2007": true, "exchange2010-rtm": false, "exchange2010-sp1": false, "exchange2013": true, "exchange2016": true} {
		w := newWorld(t, withProfile(profile))
		w.open("Budget 2026")
		for _, n := range []int{3, 300_000} {
			w.set(3, prop.Tagged{Tag: blob, Value: prop.Binary([]byte("old"))})
			w.openStream(3, 4, blob, mapi.OpenModeReadWrite)
			w.put(4, pattern(n))
			if seen := w.props(3, blob)[0].Str() != "old"; seen != atOnce {
				t.Errorf("%s, %d bytes: seen %v", profile, n, seen)
			}
			one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
			if w.props(3, blob)[0].Str() == "old" {
				t.Errorf("%s, %d bytes: not seen after the commit", profile, n)
			}
			w.put(4, []byte("more"))
			w.run(&rop.ReleaseRequest{In: in(4)})
			if got := len(w.stream(3, blob)); got != n+4 {
				t.Errorf("%s: %d bytes after the release, want %d", profile, got, n+4)
			}
		}
	}
}

// TestCommitStreamOfFolder: there is no other copy of a folder, so what is written waits for the commit, or for the release of
// the stream, [MS-OXCPRPT] 3.2.5.13.
func TestCommitStreamOfFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2013"))
	l := w.inbox()
	reopen := &rop.OpenFolderRequest{InOut: inOut(0, 5), FolderID: l.FolderIDs[fidInbox]}
	for _, n := range []int{10, 300_000} {
		w.set(1, prop.Tagged{Tag: blob, Value: prop.Binary([]byte("old"))})
		for step, release := range []bool{false, true} {
			w.openStream(1, 4, blob, mapi.OpenModeCreate)
			w.put(4, pattern(n+step))
			one[*rop.OpenFolderResponse](w, reopen)
			if got := len(w.stream(5, blob)); step == 0 && got != 3 {
				t.Errorf("%d bytes before the commit", got)
			}
			if release {
				w.run(&rop.ReleaseRequest{In: in(4)})
			} else {
				one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
			}
			if got := w.stream(5, blob); !bytes.Equal(got, pattern(n+step)) {
				t.Errorf("release %v: %d bytes", release, len(got))
			}
		}
		// A stream goes on after a commit.
		w.openStream(1, 4, blob, mapi.OpenModeReadWrite)
		w.seek(4, 2, 0)
		w.put(4, []byte("x"))
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
		w.put(4, []byte("y"))
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
		if got := w.stream(5, blob); !bytes.HasSuffix(got, []byte("xy")) || len(got) != n+3 {
			t.Errorf("%d bytes after two commits", len(got))
		}
	}
}

// TestGetStreamSize: the size that the stream has now, [MS-OXCPRPT] 3.2.5.16, wherever it stands.
func TestGetStreamSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	w.openStream(3, 4, blob, mapi.OpenModeCreate)
	expect := func(what string, want uint32) {
		t.Helper()
		if got := one[*rop.GetStreamSizeResponse](w, &rop.GetStreamSizeRequest{In: in(4)}).StreamSize; got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	expect("created", 0)
	w.put(4, pattern(100_000))
	expect("written", 100_000)
	w.seek(4, 0, 10)
	w.put(4, pattern(20))
	expect("written over", 100_000)
	one[*rop.SetStreamSizeResponse](w, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 1 << 20})
	expect("made longer", 1<<20)
	one[*rop.SetStreamSizeResponse](w, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 7})
	expect("cut", 7)
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
	expect("committed", 7)
}

// TestWriteStreamExtended: it does what RopWriteStream does, [MS-OXCPRPT] 3.2.5.14, with its errors.
func TestWriteStreamExtended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2013"))
	w.open("Budget 2026")
	extended := func(data []byte) *rop.WriteStreamExtendedResponse {
		return w.run(&rop.WriteStreamExtendedRequest{In: in(4), Data: data})[0].(*rop.WriteStreamExtendedResponse)
	}
	w.openStream(3, 4, blob, mapi.OpenModeCreate)
	for _, data := range [][]byte{pattern(0x7000), nil, []byte("end")} {
		if r := extended(data); r.ReturnValue != mapi.Success || int(r.WrittenSize) != len(data) {
			t.Errorf("%d bytes: %v, %d", len(data), r.ReturnValue, r.WrittenSize)
		}
	}
	if got := w.readAll(4); !bytes.Equal(got, append(pattern(0x7000), "end"...)) {
		t.Errorf("%d bytes", len(got))
	}
	one[*rop.SetStreamSizeResponse](w, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 1 << 31})
	w.seek(4, 2, 0)
	if r := extended([]byte("too much")); r.ReturnValue != mapi.ErrTooBig {
		t.Errorf("past the limit: %v", r.ReturnValue)
	}
	w.openStream(3, 4, mapi.TagBody, mapi.OpenModeReadOnly)
	if r := extended([]byte("x")); r.ReturnValue != mapi.ErrStreamAccessDenied || r.WrittenSize != 0 {
		t.Errorf("opened for reading: %v, %d", r.ReturnValue, r.WrittenSize)
	}
}

// TestSetStreamSize: [MS-OXCPRPT] 3.2.5.17; what is added is zeros, what is cut off is gone.
func TestSetStreamSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for _, from := range streamSizes {
		for _, to := range streamSizes {
			w.openStream(3, 4, blob, mapi.OpenModeCreate)
			w.put(4, pattern(from))
			one[*rop.SetStreamSizeResponse](w, &rop.SetStreamSizeRequest{In: in(4), StreamSize: uint64(to)})
			one[*rop.SetStreamSizeResponse](w, &rop.SetStreamSizeRequest{In: in(4), StreamSize: uint64(to + 10)})
			want := append(pattern(from)[:min(from, to)], make([]byte, to+10-min(from, to))...)
			if got := w.readAll(4); !bytes.Equal(got, want) {
				t.Errorf("from %d to %d: %d bytes", from, to, len(got))
			}
			one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
			if got := w.stream(3, blob); !bytes.Equal(got, want) {
				t.Errorf("from %d to %d, committed: %d bytes", from, to, len(got))
			}
		}
	}
}

// TestStreamLimits: 2 GiB and no further, at no cost, [MS-OXCPRPT] 3.2.5.13, 3.2.5.18.
func TestStreamLimits(t *testing.T) {
	t.Parallel()
	for profile, tooBig := range map[string]mapi.ErrorCode{"exchange2007": mapi.ErrStreamSize, "exchange2010-sp1": mapi.ErrTooBig, "exchange2013": mapi.ErrTooBig} {
		w := newWorld(t, withProfile(profile))
		w.open("Budget 2026")
		w.openStream(3, 4, blob, mapi.OpenModeCreate)
		w.put(4, []byte("start"))
		if at := w.seek(4, 0, 1<<31-2); at != 1<<31-2 {
			t.Errorf("%s: position %d", profile, at)
		}
		for _, req := range []rop.Request{
			&rop.WriteStreamRequest{In: in(4), Data: []byte("end")}, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 1<<31 + 1}, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 1<<64 - 1},
		} {
			if got := w.code(req); got != tooBig {
				t.Errorf("%s, %T: %v", profile, req, got)
			}
		}
		w.put(4, []byte("en"))
		if got := one[*rop.GetStreamSizeResponse](w, &rop.GetStreamSizeRequest{In: in(4)}).StreamSize; got != 1<<31 {
			t.Errorf("%s: size %d", profile, got)
		}
		if got := w.code(&rop.SeekStreamRequest{In: in(4), Origin: 1, Offset: 1}); got != mapi.ErrStreamSeek {
			t.Errorf("%s: a seek beyond: %v", profile, got)
		}
		w.seek(4, 2, -4)
		if got := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(4), ByteCount: 100}).Data; string(got) != "\x00\x00en" {
			t.Errorf("%s: the end is %q", profile, got)
		}
		w.seek(4, 0, 0)
		if got := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(4), ByteCount: 6}).Data; string(got) != "start\x00" {
			t.Errorf("%s: the beginning is %q", profile, got)
		}
	}
}

// TestStreamLimitConfigured: a server may allow less than 2 GiB, but for the versions whose limit is fixed, [MS-OXCROPS]
// 2.2.9.6.1 note 10.
func TestStreamLimitConfigured(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": 0, "exchange2010-sp1": mapi.ErrTooBig, "exchange2016": mapi.ErrTooBig} {
		w := newWorld(t, withProfile(profile), withLimits(object.Limits{Stream: 1000}))
		w.open("Budget 2026")
		w.openStream(3, 4, blob, mapi.OpenModeCreate)
		w.put(4, pattern(1000))
		for _, req := range []rop.Request{
			&rop.WriteStreamRequest{In: in(4), Data: []byte("x")}, &rop.SetStreamSizeRequest{In: in(4), StreamSize: 1002},
		} {
			if got := w.code(req); got != want {
				t.Errorf("%s, %T: %v, want %v", profile, req, got, want)
			}
		}
	}
}

// TestWriteStreamInPlace: bytes in the middle, across what is in memory, against a model.
func TestWriteStreamInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	model := pattern(700_000)
	w.write(3, blob, model)
	id := w.save(3)
	w.openAt(3, id, mapi.OpenModeReadWrite)
	w.openStream(3, 4, blob, mapi.OpenModeReadWrite)
	for i, at := range []int{0, 699_998, 65_530, 262_140, 262_144, 100, 400_000, 300_000, 1} {
		part := bytes.Repeat([]byte{byte('a' + i)}, 20_000)
		model = append(model, make([]byte, max(0, at+len(part)-len(model)))...)
		copy(model[at:], part)
		w.seek(4, 0, int64(at))
		w.put(4, part)
		if i%3 == 2 {
			one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
		}
		w.seek(4, 1, -int64(len(part)))
		if got := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(4), ByteCount: 0x7000}).Data; !bytes.Equal(got, model[at:min(at+0x7000, len(model))]) {
			t.Errorf("at %d: read back %d other bytes", at, len(got))
		}
	}
	if got := w.readAll(4); !bytes.Equal(got, model) {
		t.Errorf("%d bytes, want %d", len(got), len(model))
	}
	w.run(&rop.ReleaseRequest{In: in(4)})
	// Nobody else sees it before the save, and everybody afterwards.
	w.openAt(5, id, mapi.OpenModeReadOnly)
	if got := w.stream(5, blob); !bytes.Equal(got, pattern(700_000)) {
		t.Errorf("another handle reads %d bytes before the save", len(got))
	}
	w.save(3)
	w.openAt(5, id, mapi.OpenModeReadOnly)
	if got := w.stream(5, blob); !bytes.Equal(got, model) {
		t.Errorf("another handle reads %d bytes after the save", len(got))
	}
}

// TestTwoStreamsOnOneProperty: each has a value of its own; the one that is committed last counts.
func TestTwoStreamsOnOneProperty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range []int{10, 400_000} {
		w.open("Budget 2026")
		w.write(3, blob, pattern(n))
		w.openStream(3, 4, blob, mapi.OpenModeReadWrite)
		w.openStream(3, 5, blob, mapi.OpenModeReadWrite)
		w.put(4, []byte("one"))
		w.put(5, []byte("TWO"))
		if got := w.readAll(4); string(got[:3]) != "one" || len(got) != n {
			t.Errorf("%d bytes: the first begins %q", n, got[:3])
		}
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(5)})
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
		if got := w.stream(3, blob); string(got[:3]) != "one" || !bytes.Equal(got[3:], pattern(n)[3:]) {
			t.Errorf("%d bytes: the property begins %q", n, got[:3])
		}
		w.put(5, []byte("x"))
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(5)})
		if got := w.stream(3, blob); string(got[:4]) != "TWOx" {
			t.Errorf("%d bytes: the property begins %q", n, got[:4])
		}
	}
}

// TestStreamGoesOnAfterSave: a save takes what was committed; the stream stays open and what it holds is whole.
func TestStreamGoesOnAfterSave(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2010-sp1", "exchange2013"} {
		for _, n := range []int{10, 400_000} {
			w := newWorld(t, withProfile(profile))
			w.create()
			w.openStream(3, 4, blob, mapi.OpenModeCreate)
			w.put(4, pattern(n))
			one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
			w.put(4, []byte("uncommitted"))
			id := w.save(3)
			if got := w.readAll(4); !bytes.Equal(got, append(pattern(n), "uncommitted"...)) {
				t.Errorf("%s, %d bytes: the stream has %d after the save", profile, n, len(got))
			}
			w.put(4, []byte(", more"))
			w.seek(4, 0, 3)
			w.put(4, []byte("XYZ"))
			one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
			want := append(pattern(n), "uncommitted, more"...)
			copy(want[3:], "XYZ")
			w.save(3)
			w.run(&rop.ReleaseRequest{In: in(4)})
			w.openAt(5, id, mapi.OpenModeReadOnly)
			if got := w.stream(5, blob); !bytes.Equal(got, want) {
				t.Errorf("%s, %d bytes: saved %d, want %d", profile, n, len(got), len(want))
			}
		}
	}
}

// TestStreamOfPublicFolder: only for reading from Exchange 2013 on, [MS-OXCPRPT] 3.2.5.11 note 11, as RopCopyTo, 3.2.5.8
// note 10.
func TestStreamOfPublicFolder(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": 0, "exchange2010-sp1": 0, "exchange2013": mapi.ErrNoSupport, "exchange2016": mapi.ErrNoSupport} {
		w := newWorld(t, withProfile(profile))
		l := w.publicLogon(true)
		w.openFolder(l.FolderIDs[1], 1, 0)
		w.makeFolder(1, 4, "Streams")
		w.makeFolder(1, 5, "Others")
		w.set(4, prop.Tagged{Tag: blob, Value: prop.Binary([]byte("x"))})
		if got := w.code(&rop.OpenStreamRequest{InOut: inOut(4, 6), PropertyTag: blob}); got != 0 {
			t.Errorf("%s, reading: %v", profile, got)
		}
		for _, mode := range []uint8{mapi.OpenModeReadWrite, mapi.OpenModeCreate} {
			if got := w.code(&rop.OpenStreamRequest{InOut: inOut(4, 6), PropertyTag: blob, OpenModeFlags: mode}); got != want {
				t.Errorf("%s, mode %d: %v", profile, mode, got)
			}
		}
		if got := w.code(copyTo(4, 5, 0, false, mapi.TagDisplayName)); got != want {
			t.Errorf("%s, RopCopyTo: %v", profile, got)
		}
	}
}

// TestStreamOutlivesItsObject: a stream works on after its message was released, [MS-OXCROPS] 3.2.5.3.
func TestStreamOutlivesItsObject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, n := range []int{10, 400_000} {
		w.open("Budget 2026")
		w.write(3, blob, pattern(n))
		w.openStream(3, 4, blob, mapi.OpenModeReadWrite)
		w.put(4, []byte("x"))
		w.run(&rop.ReleaseRequest{In: in(3)})
		if got := w.readAll(4); len(got) != n {
			t.Errorf("%d bytes of %d", len(got), n)
		}
		w.run(&rop.ReleaseRequest{In: in(4)})
	}
}

// TestCopyToStream: [MS-OXCPRPT] 3.2.5.19.
func TestCopyToStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	w.write(3, blob, pattern(500_000))
	other := mapi.Tag(0x6830, mapi.PtypBinary)
	w.openStream(3, 4, blob, mapi.OpenModeReadOnly)
	w.openStream(3, 5, other, mapi.OpenModeCreate)
	w.put(5, []byte("begin"))
	w.seek(4, 0, 100)
	copyTo := func(n uint64) *rop.CopyToStreamRequest {
		return &rop.CopyToStreamRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 4, DestHandleIndex: 5}, ByteCount: n}
	}
	if r := one[*rop.CopyToStreamResponse](w, copyTo(300_000)); r.ReadByteCount != 300_000 || r.WrittenByteCount != 300_000 {
		t.Errorf("%+v", r)
	}
	if a, b := w.seek(4, 1, 0), w.seek(5, 1, 0); a != 300_100 || b != 300_005 {
		t.Errorf("positions %d and %d", a, b)
	}
	if r := one[*rop.CopyToStreamResponse](w, copyTo(1<<63)); r.ReadByteCount != 199_900 || r.WrittenByteCount != 199_900 {
		t.Errorf("%+v", r)
	}
	if got := w.readAll(5); !bytes.Equal(got, append([]byte("begin"), pattern(500_000)[100:]...)) {
		t.Errorf("%d bytes", len(got))
	}
	for _, tt := range []struct {
		name     string
		from, to uint8
		want     mapi.ErrorCode
	}{
		{"NoDestination", 4, 6, mapi.ErrDstNullObject}, {"BeyondTheTable", 4, 200, mapi.ErrDstNullObject}, {"NoStream", 4, 3, mapi.ErrNoSupport},
		{"ReadOnly", 5, 4, mapi.ErrStreamAccessDenied}, {"NoSource", 6, 5, mapi.ErrNullObject},
	} {
		r := w.run(&rop.CopyToStreamRequest{SrcDst: rop.SrcDst{SourceHandleIndex: tt.from, DestHandleIndex: tt.to}, ByteCount: 5})[0].(*rop.CopyToStreamResponse)
		if r.ReturnValue != tt.want || r.ReadByteCount != 0 || tt.want == mapi.ErrDstNullObject && r.DestHandleIndex != uint32(tt.to) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
}

// TestCloneStream: the same bytes with a position of its own, [MS-OXCPRPT] 3.2.5.24.
func TestCloneStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	w.open("Budget 2026")
	for _, n := range []int{10, 400_000} {
		w.write(3, blob, pattern(n))
		w.openStream(3, 4, blob, mapi.OpenModeReadWrite)
		w.seek(4, 0, 5)
		one[*rop.CloneStreamResponse](w, &rop.CloneStreamRequest{InOut: inOut(4, 5)})
		if at := w.seek(5, 1, 0); at != 5 {
			t.Errorf("%d bytes: the clone is at %d", n, at)
		}
		w.put(5, []byte("clone"))
		if got := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(4), ByteCount: 5}).Data; string(got) != "clone" {
			t.Errorf("%d bytes: the first stream reads %q", n, got)
		}
		w.run(&rop.ReleaseRequest{In: in(4)})
		w.put(5, []byte("more"))
		w.run(&rop.ReleaseRequest{In: in(5)})
		if got := w.stream(3, blob); !bytes.Equal(got[5:14], []byte("clonemore")) {
			t.Errorf("%d bytes: %q", n, got[5:14])
		}
	}
}

// TestWriteAndCommitStream: [MS-OXCPRPT] 3.2.5.23.
func TestWriteAndCommitStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	w.open("Budget 2026")
	w.openStream(3, 4, blob, mapi.OpenModeCreate)
	for range 12 {
		if n := one[*rop.WriteAndCommitStreamResponse](w, &rop.WriteAndCommitStreamRequest{In: in(4), Data: pattern(0x7000)}).WrittenSize; n != 0x7000 {
			t.Errorf("%d bytes were written", n)
		}
	}
	if got := w.stream(3, blob); !bytes.Equal(got, bytes.Repeat(pattern(0x7000), 12)) {
		t.Errorf("%d bytes", len(got))
	}
	w.set(1, prop.Tagged{Tag: blob, Value: prop.Binary([]byte("x"))})
	w.openStream(1, 5, blob, mapi.OpenModeReadWrite)
	if got := w.code(&rop.WriteAndCommitStreamRequest{In: in(5), Data: []byte("y")}); got != mapi.ErrNoSupport {
		t.Errorf("on a folder: %v", got)
	}
}

// TestStreamROPsByProfile: which streams' ROPs a version has, [MS-OXCPRPT] notes 13 and 15 to 18.
func TestStreamROPsByProfile(t *testing.T) {
	t.Parallel()
	for profile, has := range map[string][3]bool{ // lock and clone, copy, extended
		"exchange2003": {true, true, false}, "exchange2007": {true, true, false}, "exchange2010-rtm": {false, false, false}, "exchange2010-sp1": {false, true, false},
		"exchange2013": {false, true, true}, "exchange2016": {false, true, true},
	} {
		w := newWorld(t, withProfile(profile))
		w.open("Budget 2026")
		w.openStream(3, 4, mapi.TagBody, mapi.OpenModeReadWrite)
		w.openStream(3, 5, blob, mapi.OpenModeCreate)
		for _, tt := range []struct {
			req rop.Request
			has bool
		}{
			{&rop.LockRegionStreamRequest{In: in(4), RegionSize: 1}, has[0]}, {&rop.UnlockRegionStreamRequest{In: in(4), RegionSize: 1}, has[0]},
			{&rop.WriteAndCommitStreamRequest{In: in(5)}, has[0]}, {&rop.CloneStreamRequest{InOut: inOut(4, 6)}, has[0]},
			{&rop.CopyToStreamRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 4, DestHandleIndex: 5}, ByteCount: 1}, has[1]},
			{&rop.WriteStreamExtendedRequest{In: in(5), Data: []byte("x")}, has[2]},
		} {
			want := mapi.Success
			if !tt.has {
				want = w.profile.ROP.Unsupported
			}
			if got := w.code(tt.req); got != want {
				t.Errorf("%s, %T: %v, want %v", profile, tt.req, got, want)
			}
		}
	}
}

// TestLockRegionStream: a region is locked for a session; after thirty seconds without a sign of it another may take it,
// [MS-OXCPRPT] 3.2.5.21 and 3.2.5.22.
func TestLockRegionStream(t *testing.T) {
	t.Parallel()
	now := epoch
	w := newWorld(t, withProfile("exchange2007"), withClock(func() time.Time { return now }))
	w.create()
	w.write(3, blob, pattern(100))
	id := w.save(3)
	other := w.with("alice")
	other.inbox()
	for _, s := range []*world{w, other} {
		s.openAt(3, id, mapi.OpenModeReadWrite)
		s.openStream(3, 4, blob, mapi.OpenModeReadWrite)
	}
	lock := func(off, n uint64, flags uint32) *rop.LockRegionStreamRequest {
		return &rop.LockRegionStreamRequest{In: in(4), RegionOffset: off, RegionSize: n, LockFlags: flags}
	}
	readAt := func(s *world, at int64) mapi.ErrorCode {
		s.seek(4, 0, at)
		return s.code(&rop.ReadStreamRequest{In: in(4), ByteCount: 5})
	}
	writeAt := func(s *world, at int64) mapi.ErrorCode {
		s.seek(4, 0, at)
		return s.code(&rop.WriteStreamRequest{In: in(4), Data: []byte("12345")})
	}
	expect := func(what string, got, want mapi.ErrorCode) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	expect("lock", w.code(lock(0, 10, 1)), 0)
	expect("lock exclusively", w.code(lock(50, 10, 0)), 0)
	expect("the owner writes", writeAt(w, 5), 0)
	expect("another reads what may be read", readAt(other, 5), 0)
	expect("another writes", writeAt(other, 5), mapi.ErrAccessDenied)
	expect("another reads what may not be read", readAt(other, 48), mapi.ErrAccessDenied)
	expect("another writes beside it", writeAt(other, 10), 0)
	expect("another locks it", other.code(lock(5, 10, 1)), mapi.ErrAccessDenied)
	expect("another unlocks what it has not", other.code(&rop.UnlockRegionStreamRequest{In: in(4), RegionSize: 10, LockFlags: 1}), 0)
	expect("which stays", writeAt(other, 5), mapi.ErrAccessDenied)
	expect("unlock", w.code(&rop.UnlockRegionStreamRequest{In: in(4), RegionOffset: 0, RegionSize: 10, LockFlags: 1}), 0)
	expect("another writes then", writeAt(other, 5), 0)
	now = now.Add(31 * time.Second)
	expect("another locks after a while", other.code(lock(45, 10, 0)), 0)
	expect("the first has lost it", readAt(w, 50), mapi.ErrRpcFailed)
	w.run(&rop.ReleaseRequest{In: in(4)})
	other.run(&rop.ReleaseRequest{In: in(4)})
	w.openStream(3, 4, blob, mapi.OpenModeReadWrite)
	expect("all locks are gone with their streams", writeAt(w, 50), 0)
}

// TestStreamsLeaveNoStages: nothing that was being written is left when all is released.
func TestStreamsLeaveNoStages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	before := w.staged()
	w.openStream(3, 4, blob, mapi.OpenModeCreate)
	w.put(4, pattern(600_000))
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
	w.put(4, pattern(600_000))
	w.openStream(3, 5, blob, mapi.OpenModeReadWrite)
	w.put(5, pattern(300))
	w.write(3, mapi.TagBody.WithType(mapi.PtypString8), pattern(600_000))
	if w.staged() == before {
		t.Fatal("nothing was staged")
	}
	w.run(&rop.ReleaseRequest{In: in(3)}, &rop.ReleaseRequest{In: in(4)}, &rop.ReleaseRequest{In: in(5)})
	if got := w.staged(); got != before {
		t.Errorf("%d stages are left of %d", got, before)
	}
}

// staged counts the values that are being written.
func (w *world) staged() (n int) {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.store.Path()+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM stage").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestStreamMemory: what a stream holds in memory does not grow with its value, neither while it is written nor while it
// is read, nor while its text is converted. It does not run beside other tests, whose memory it would count.
func TestStreamMemory(t *testing.T) { //nolint:paralleltest // it measures the heap
	const size, most = 8 << 20, 4 << 20
	w := newWorld(t)
	w.create()
	before := heap()
	check := func(what string) {
		t.Helper()
		if n := heap() - before; n > most {
			t.Errorf("%s: %d bytes more are in use than before", what, n)
		}
	}
	w.openStream(3, 4, mapi.TagBody.WithType(mapi.PtypString8), mapi.OpenModeCreate)
	part := pattern(0x7000)
	for n := 0; n < size; n += len(part) {
		if n == 0x7000*200 {
			check("while it is written")
		}
		w.put(4, part)
	}
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(4)})
	check("after the commit")
	w.openStream(3, 5, mapi.TagHtml, mapi.OpenModeReadOnly)
	w.openStream(3, 6, mapi.TagRtfCompressed, mapi.OpenModeReadOnly)
	check("after two conversions")
	for range 200 {
		one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(5), ByteCount: 0x7000})
	}
	check("while it is read")
	w.save(3)
	check("after the save")
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
