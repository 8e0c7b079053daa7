package object

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/lock"
)

// TestStreamIsItsBytes writes, cuts, seeks and reads a stream at random, from within memory to far beyond what is held
// there: it is always the bytes of a plain slice, its clone has them too, and so has the property once it is settled.
func TestStreamIsItsBytes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 5))
			m := newMailbox(t, "exchange2007").message(t) // the version has everything that streams can do
			s, err := OpenStream(t.Context(), m, mapi.TagRtfCompressed, mapi.OpenModeCreate)
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			pos := int64(0)
			most := []int{600, 3 * streamWindow}[seed%2]
			for step := range 150 {
				what := fmt.Sprintf("step %d, position %d of %d", step, pos, len(want))
				switch rnd.IntN(8) {
				case 0, 1, 2:
					data := make([]byte, rnd.IntN(most/10)+1)
					for i := range data {
						data[i] = byte(rnd.Uint32())
					}
					n, err := s.Write(t.Context(), data)
					if err != nil || n != len(data) {
						t.Fatalf("%s: write: %d, %v", what, n, err)
					}
					if grow := int(pos) + n - len(want); grow > 0 {
						want = append(want, make([]byte, grow)...)
					}
					copy(want[pos:], data)
					pos += int64(n)
				case 3:
					size := rnd.IntN(most)
					if err := s.SetSize(t.Context(), uint64(size)); err != nil {
						t.Fatalf("%s: resize to %d: %v", what, size, err)
					}
					want = append(want[:min(size, len(want))], make([]byte, max(0, size-len(want)))...)
				case 4:
					to := rnd.Int64N(int64(len(want)) + 1)
					if pos, err = s.Seek(t.Context(), SeekBeginning, to); err != nil || pos != to {
						t.Fatalf("%s: seek to %d: %d, %v", what, to, pos, err)
					}
				case 5:
					if err := s.Commit(t.Context()); err != nil {
						t.Fatalf("%s: commit: %v", what, err)
					}
					checkValue(t, what, m, mapi.TagRtfCompressed, want)
				default:
					n := rnd.IntN(most / 5)
					got, err := s.Read(t.Context(), n)
					from := min(pos, int64(len(want)))
					exp := want[from:min(from+int64(n), int64(len(want)))]
					if err != nil || !bytes.Equal(got, exp) {
						t.Fatalf("%s: read %d: %d bytes, %v; want %d", what, n, len(got), err, len(exp))
					}
					pos += int64(len(got))
				}
				if s.Size() != int64(len(want)) {
					t.Fatalf("%s: size %d", what, s.Size())
				}
			}
			clone := s.Clone()
			if _, err := clone.Seek(t.Context(), SeekBeginning, 0); err != nil {
				t.Fatal(err)
			}
			if got, err := clone.Read(t.Context(), len(want)+1); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the clone has %d bytes, %v", len(got), err)
			}
			clone.Close()
			if err := s.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Close()
			checkValue(t, "at the end", m, mapi.TagRtfCompressed, want)
		})
	}
}

// checkValue opens a property again and compares it.
func checkValue(t *testing.T, what string, m *Message, tag mapi.PropTag, want []byte) {
	t.Helper()
	s, err := OpenStream(t.Context(), m, tag, mapi.OpenModeReadOnly)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer s.Close()
	got, err := s.Read(t.Context(), len(want)+1)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s: the property has %d bytes, %v; want %d", what, len(got), err, len(want))
	}
}

// TestLockedRegions: a region that another session locked can't be written, and read only if the lock lets it; a lock of
// a session that shows no sign for long gives way, and that session loses what it wrote.
func TestLockedRegions(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, "exchange2007")
	m := box.message(t)
	if _, err := m.SetProps(t.Context(), []prop.Tagged{{Tag: mapi.TagRtfCompressed, Value: prop.Binary(make([]byte, 100))}}); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(t.Context(), mapi.SaveKeepOpenReadWrite); err != nil {
		t.Fatal(err)
	}
	open := func(l *Logon) *Stream {
		t.Helper()
		msg, _, err := l.OpenMessage(t.Context(), OpenMessageRequest{CodePage: 0x0FFF, Message: m.ID(), Mode: mapi.OpenModeReadWrite})
		if err != nil {
			t.Fatal(err)
		}
		s, err := OpenStream(t.Context(), msg, mapi.TagRtfCompressed, mapi.OpenModeReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	mine, yours := open(box.Logon), open(box.logOn(t, box.env))
	try := func(s *Stream, off int64, n int, write bool) error {
		t.Helper()
		if _, err := s.Seek(t.Context(), SeekBeginning, off); err != nil {
			t.Fatal(err)
		}
		if write {
			_, err := s.Write(t.Context(), make([]byte, n))
			return err
		}
		_, err := s.Read(t.Context(), n)
		return err
	}
	for _, flags := range []uint32{lock.Readable, 2} {
		if err := mine.Lock(t.Context(), 20, 30, flags); err != nil {
			t.Fatal(err)
		}
		for off := int64(0); off < 90; off += 5 {
			touches := off < 50 && off+10 > 20
			for _, write := range []bool{true, false} {
				want := touches && (write || flags != lock.Readable)
				if err := try(yours, off, 10, write); errors.Is(err, mapi.ErrAccessDenied) != want || err != nil && !want {
					t.Errorf("flags %d, write %v at %d: %v", flags, write, off, err)
				}
			}
			if err := try(mine, off, 10, true); err != nil {
				t.Errorf("its own session at %d: %v", off, err)
			}
		}
		if err := mine.Unlock(t.Context(), 20, 30); err != nil {
			t.Fatal(err)
		}
		if err := try(yours, 20, 30, true); err != nil {
			t.Errorf("after the unlocking: %v", err)
		}
	}
	if err := mine.Lock(t.Context(), 0, 10, 2); err != nil {
		t.Fatal(err)
	}
	if err := yours.Lock(t.Context(), 5, 10, 2); !errors.Is(err, mapi.ErrAccessDenied) {
		t.Errorf("a lock over a lock: %v", err)
	}
	box.now = box.now.Add(lock.Life + time.Second)
	if err := yours.Lock(t.Context(), 5, 10, 2); err != nil {
		t.Errorf("over an abandoned lock: %v", err)
	}
	if err := try(mine, 0, 10, true); !errors.Is(err, mapi.ErrRpcFailed) {
		t.Errorf("who lost the lock writes: %v", err)
	}
}

// TestStreamsOfALostCallerEndQuietly: a context that ended stops a copy between two pieces, with what was done told.
func TestStreamsOfALostCallerEndQuietly(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, profile.Default).message(t)
	from, err := OpenStream(t.Context(), m, mapi.TagRtfCompressed, mapi.OpenModeCreate)
	if err != nil {
		t.Fatal(err)
	}
	to, err := OpenStream(t.Context(), m, mapi.TagHtml, mapi.OpenModeCreate)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := from.Write(t.Context(), make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if _, err := from.Seek(t.Context(), SeekBeginning, 0); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if read, written, err := from.CopyTo(ended, to, 1000); !errors.Is(err, context.Canceled) || read != 0 || written != 0 || to.Size() != 0 {
		t.Errorf("read %d, written %d, %v", read, written, err)
	}
}
