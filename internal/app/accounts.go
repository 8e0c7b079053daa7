package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/store"
)

// accounts finds accounts of the directory by the names that clients give. It implements auth.Accounts.
type accounts struct {
	directory store.Directory
	domain    string // mail domain of the organisation
	realm     string // its Kerberos realm, whose principals are the accounts of the domain
	now       func() time.Time

	mu     sync.Mutex // guards health
	health healthSecret
}

// healthSecret is the credential of the health mailbox, which nothing stores.
type healthSecret struct {
	account string
	hash    [16]byte
	expires time.Time
}

// Account finds alice by MAPID and alice, by alice alone, by alice@mapid.test and every other mail address of hers, and by
// the principal alice@MAPID.TEST, whatever realm and mail domain are called. An unknown domain is not a reason to refuse:
// clients give the name of their own machine.
func (a *accounts) Account(ctx context.Context, _, user string) (auth.Account, error) {
	snapshot, err := a.directory.Snapshot(ctx)
	if err != nil {
		return auth.Account{}, fmt.Errorf("read the directory: %w", err)
	}
	e := snapshot.ByName(user)
	if name, domain, ok := strings.Cut(user, "@"); ok && e == nil {
		ours := strings.EqualFold(domain, a.domain) || strings.EqualFold(domain, a.realm)
		if e = snapshot.ByMail(user); e == nil && ours {
			e = snapshot.ByName(name)
		}
		if e == nil && ours {
			e = snapshot.ByMail(name + "@" + a.domain)
		}
	}
	if e == nil || e.Kind != store.UserEntry {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	if hash, ok := a.healthHash(e.Name); ok {
		return auth.Account{Name: e.Name, Enabled: true, NTHash: hash}, nil
	}
	c, err := a.directory.Credential(ctx, e.Name)
	if errors.Is(err, store.ErrNotFound) {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	if err != nil {
		return auth.Account{}, fmt.Errorf("read a credential: %w", err)
	}
	// enabled: false of an entry is its mailbox's business: log-on to the mailbox is refused, as the version does it.
	return auth.Account{Name: e.Name, Enabled: true, NTHash: c.NTHash}, nil
}

func (a *accounts) healthHash(name string) ([16]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !strings.EqualFold(a.health.account, name) || !a.now().Before(a.health.expires) {
		return [16]byte{}, false
	}
	return a.health.hash, true
}

// setHealth replaces the credential of the health mailbox.
func (a *accounts) setHealth(s healthSecret) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.health = s
}
