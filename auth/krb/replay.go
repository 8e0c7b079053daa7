package krb

import (
	"crypto/sha256"
	"sync"
	"time"
)

// replayCache remembers the authenticators of a server, [RFC4120] 3.2.3. It holds what was accepted within the last
// one to two spans: a request is acceptable for no longer than one span.
type replayCache struct {
	keep time.Duration // a span: twice the clock skew

	mu       sync.Mutex // guards what follows
	young    map[[16]byte]struct{}
	old      map[[16]byte]struct{}
	youngest time.Time // when the young generation began
}

// maxReplays bounds a generation. Every entry is a client's proven log-on, so nobody else can fill it.
const maxReplays = 1 << 20

// seen reports whether the encrypted authenticator was there before, and remembers it. Encryption is randomised, so
// equal bytes are the same request. full reports that there is no room to remember it.
func (c *replayCache) seen(now time.Time, authenticator []byte) (seen, full bool) {
	sum := sha256.Sum256(authenticator)
	id := [16]byte(sum[:])
	c.mu.Lock()
	defer c.mu.Unlock()
	switch age := now.Sub(c.youngest); {
	case c.young == nil || age >= 2*c.keep:
		c.young, c.old, c.youngest = make(map[[16]byte]struct{}), nil, now
	case age >= c.keep:
		c.young, c.old, c.youngest = make(map[[16]byte]struct{}), c.young, now
	}
	if _, ok := c.young[id]; ok {
		return true, false
	}
	if _, ok := c.old[id]; ok {
		return true, false
	}
	if len(c.young) >= maxReplays {
		return false, true
	}
	c.young[id] = struct{}{}
	return false, false
}
