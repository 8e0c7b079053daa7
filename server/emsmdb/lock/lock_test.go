package lock_test

import (
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/lock"
)

var key = lock.Key{Bag: 7, ID: mapi.TagBody.ID()}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// code is the code of an error, 0 of none.
func code(err error) mapi.ErrorCode {
	c, _ := mapi.CodeOf(err)
	return c
}

func TestRegionsThatOverlap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		key       lock.Key
		owner     string
		off, size uint64
		want      mapi.ErrorCode
	}{
		{"Same", key, "b", 100, 50, mapi.ErrAccessDenied}, {"Inside", key, "b", 120, 1, mapi.ErrAccessDenied}, {"Around", key, "b", 0, 1 << 62, mapi.ErrAccessDenied},
		{"Before", key, "b", 0, 100, 0}, {"Behind", key, "b", 150, 10, 0}, {"BeyondWhatCanBeSaid", key, "b", 140, ^uint64(0), mapi.ErrAccessDenied},
		{"OfTheOwner", key, "a", 100, 50, 0}, {"OfAnotherProperty", lock.Key{Bag: 7, ID: 1}, "b", 100, 50, 0}, {"OfAnotherBag", lock.Key{Bag: 8, ID: key.ID}, "b", 100, 50, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var l lock.Regions
			if err := l.Lock(key, "a", 100, 50, 0, noon); err != nil {
				t.Fatal(err)
			}
			if got := code(l.Lock(c.key, c.owner, c.off, c.size, 0, noon)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTouch(t *testing.T) {
	t.Parallel()
	var l lock.Regions
	if err := l.Lock(key, "a", 0, 10, lock.Readable, noon); err != nil {
		t.Fatal(err)
	}
	if err := l.Lock(key, "a", 20, 10, 0, noon); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		owner  string
		off, n int64
		write  bool
		want   mapi.ErrorCode
	}{
		{"ReadReadable", "b", 0, 5, false, 0}, {"WriteReadable", "b", 9, 5, true, mapi.ErrAccessDenied}, {"ReadExclusive", "b", 15, 10, false, mapi.ErrAccessDenied},
		{"Between", "b", 10, 10, true, 0}, {"Own", "a", 0, 30, true, 0},
	} {
		if got := code(l.Touch(key, c.owner, c.off, c.n, c.write, noon)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestSilentOwnersLoseTheirLocks: [MS-OXCPRPT] 3.2.5.21.
func TestSilentOwnersLoseTheirLocks(t *testing.T) {
	t.Parallel()
	var l lock.Regions
	if err := l.Lock(key, "a", 0, 10, 0, noon); err != nil {
		t.Fatal(err)
	}
	sign := noon.Add(20 * time.Second)
	if err := l.Touch(key, "a", 100, 1, false, sign); err != nil {
		t.Fatal(err)
	}
	if got := code(l.Lock(key, "b", 0, 10, 0, sign.Add(lock.Life))); got != mapi.ErrAccessDenied {
		t.Errorf("a lock whose owner gave a sign: %v", got)
	}
	if err := l.Lock(key, "b", 0, 10, 0, sign.Add(lock.Life+1)); err != nil {
		t.Errorf("a lock of a silent owner: %v", err)
	}
	if got := code(l.Touch(key, "a", 0, 1, false, sign)); got != mapi.ErrRpcFailed {
		t.Errorf("who lost the lock is told %v", got)
	}
}

func TestUnlockAndRelease(t *testing.T) {
	t.Parallel()
	var l lock.Regions
	for _, off := range []uint64{0, 10, 20} {
		if err := l.Lock(key, "a", off, 10, 0, noon); err != nil {
			t.Fatal(err)
		}
	}
	locked := func(off int64) bool { return l.Touch(key, "b", off, 1, false, noon) != nil }
	l.Unlock(key, "a", 0, 11) // no such region
	l.Unlock(key, "b", 0, 10) // not theirs
	l.Unlock(key, "a", 10, 10)
	if !locked(0) || locked(10) || !locked(20) {
		t.Errorf("locked: %v %v %v", locked(0), locked(10), locked(20))
	}
	l.Release(key, "b")
	if !locked(0) {
		t.Error("somebody else's locks went")
	}
	l.Release(key, "a")
	if locked(0) || locked(20) {
		t.Error("locks are left")
	}
}
