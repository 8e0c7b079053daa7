package app

import (
	"crypto/sha256"
	"net"
	"strings"
	"sync"
	"time"
)

// throttle slows down who guesses passwords: outcomes of log-ons by a source with failures for the same account are told
// later and later, one after the other. Nobody is refused for it: a right password is accepted however many wrong ones
// came before, and ends the slowness.
type throttle struct {
	now func() time.Time

	mu      sync.Mutex // guards entries
	entries map[attempt]*failures
}

// attempt is a hash of source and account: names are the clients' choice and of any length.
type attempt [16]byte

// failures are what is remembered of an attempt's past.
type failures struct {
	count int
	last  time.Time
	next  time.Time // when the next outcome may be told
}

// Bounds of the slowness. Typing errors cost nothing.
const (
	freeFailures    = 2
	firstPause      = 250 * time.Millisecond
	longestStep     = 4 * time.Second
	longestPause    = 20 * time.Second // below the time a handshake may take
	forgetAfter     = 15 * time.Minute
	maxAttemptsKept = 1 << 16
)

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, entries: make(map[attempt]*failures)}
}

// pause counts an outcome and says how long it is kept from the client.
func (t *throttle) pause(remote, claimed string, err error) time.Duration {
	key := attemptOf(remote, claimed)
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.entries[key]
	if f != nil && now.Sub(f.last) > forgetAfter {
		delete(t.entries, key)
		f = nil
	}
	if err == nil {
		if f == nil {
			return 0
		}
		delete(t.entries, key)
		return min(max(f.next.Sub(now), 0), longestPause)
	}
	if f == nil {
		t.makeRoom(now)
		f = new(failures)
		t.entries[key] = f
	}
	f.count++
	f.last = now
	if f.count <= freeFailures {
		return 0
	}
	step := min(firstPause<<min(f.count-freeFailures-1, 10), longestStep)
	if f.next.Before(now) {
		f.next = now
	}
	f.next = f.next.Add(step)
	if limit := now.Add(longestPause); f.next.After(limit) { // many at a time wait together, but not for ever
		f.next = limit
	}
	return f.next.Sub(now)
}

// makeRoom forgets what is old, and if that is little, whatever comes first: an eighth at a time, since looking costs.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.entries) < maxAttemptsKept {
		return
	}
	for key, f := range t.entries {
		if now.Sub(f.last) > forgetAfter {
			delete(t.entries, key)
		}
	}
	for key := range t.entries {
		if len(t.entries) <= maxAttemptsKept/8*7 {
			return
		}
		delete(t.entries, key)
	}
}

// attemptOf hashes the address a client comes from, without its port, and the account it claims, without its domain: a
// domain is no part of who it is here.
func attemptOf(remote, claimed string) attempt {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	if i := strings.LastIndexByte(claimed, '\\'); i >= 0 {
		claimed = claimed[i+1:]
	}
	user, _, _ := strings.Cut(claimed, "@")
	sum := sha256.Sum256([]byte(host + "\x00" + strings.ToLower(user)))
	return attempt(sum[:16])
}
