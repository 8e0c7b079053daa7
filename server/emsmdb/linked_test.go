package emsmdb

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// TestPendingOfLinkedSessions: an Execute of one session tells that a session linked with it has something to fetch, where
// versions link sessions, [MS-OXCNOTIF] 3.1.5.6.
func TestPendingOfLinkedSessions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile, account string
		stamp            uint32
		want             bool
	}{
		{"exchange2007", "alice", 42, true},
		{"exchange2007", "alice", 43, false},
		{"exchange2007", "bob", 42, false},
		{"exchange2010-sp1", "alice", 42, false},
	} {
		s, first := waiting(t, tt.profile)
		first.stamp = 42
		second := &session{
			account: tt.account, caller: waiter, started: time.Now(), last: time.Now(), log: zap.NewNop(), stamp: tt.stamp,
			busy: make(chan struct{}, 1), done: make(chan struct{}), state: s.exec.NewSession(&object.Session{}),
		}
		if err := s.registry.add(second, 0, 0); err != nil {
			t.Fatal(err)
		}
		s.registry.link(second, first.index, tt.stamp)
		poll := func(ses *session) string {
			t.Helper()
			payloads, err := s.exec.Run(t.Context(), ses.state, exec.Input{Payload: []byte{2, 0}, Max: 1000, Linked: s.linked(ses)})
			if err != nil {
				t.Fatal(err)
			}
			return hex.EncodeToString(payloads[0][2:])
		}
		if got := poll(second); got != "" {
			t.Errorf("%+v: with nothing to fetch %s", tt, got)
		}
		happen(first)
		want := ""
		if tt.want {
			want = hex.EncodeToString(binary.LittleEndian.AppendUint16([]byte{0x6E}, first.index))
		}
		if got := poll(second); got != want {
			t.Errorf("%+v: %s, want %s", tt, got, want)
		}
		s.Kill(first.id)
		if got := poll(second); got != "" {
			t.Errorf("%+v: when the other has ended %s", tt, got)
		}
	}
}

// FuzzSockaddr reads whatever clients send as an address.
func FuzzSockaddr(f *testing.F) {
	for _, text := range []string{"020009c4c000020a0000000000000000", "170009c400000000fe80000000000000000000000000000100000000", "0200", ""} {
		b, _ := hex.DecodeString(text)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		to, ok := readSockaddr(b)
		if ok && (len(b) != 16 && len(b) != 28 || to.Port() != binary.BigEndian.Uint16(b[2:])) {
			t.Errorf("%x is %v", b, to)
		}
	})
}

// restless has more to tell whenever it was asked.
type restless struct {
	silent
	place *exec.Place
}

func (r *restless) Events(context.Context, int) ([]notify.Event, error) {
	r.place.Wake()
	return nil, nil
}

// TestPendingThoughEverythingFitted: what came while an answer was put together is told by RopPending in versions that do
// so, [MS-OXCROPS] 3.1.5.1.3 note 16.
func TestPendingThoughEverythingFitted(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"exchange2007": "6e0100", "exchange2010-sp1": ""} {
		s, ses := waiting(t, name)
		ses.state.Bind(1, zap.NewNop())
		r := new(restless)
		r.place = ses.state.Queue().Add(1, 0, r)
		r.place.Wake()
		payloads, err := s.exec.Run(t.Context(), ses.state, exec.Input{Payload: []byte{2, 0}, Max: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(payloads[0][2:]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
