package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/store"
)

// userAdmin changes accounts for the admin API. It implements admin.Accounts. Additions and changes are written as
// one-user seeds, so that both ways to make an account check the same things.
type userAdmin struct {
	app *App
	mu  *sync.Mutex // held by one change from reading the directory to writing it
}

// Add makes an account with its mailbox.
func (u userAdmin) Add(ctx context.Context, n admin.NewUser) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if n.Password == "" {
		return admin.Invalid(errors.New("password: an account needs one"))
	}
	if _, err := u.entry(ctx, n.Name); err == nil {
		return fmt.Errorf("user %q: %w", n.Name, store.ErrExists)
	}
	fields := map[string]any{
		"name": n.Name, "password": n.Password, "display_name": n.DisplayName, "mail": n.Mail, "aliases": n.Aliases,
		"admin": n.Admin, "hidden": n.Hidden, "enabled": true, "directory": attributes(n.Directory), "quota": n.Quota,
	}
	if n.Enabled.Set && !n.Enabled.Null {
		fields["enabled"] = n.Enabled.Value
	}
	return u.apply(ctx, fields)
}

// apply writes one user of a seed.
func (u userAdmin) apply(ctx context.Context, fields map[string]any) error {
	text, err := json.Marshal(map[string]any{"users": []any{fields}})
	if err != nil {
		return err
	}
	s, err := seed.Parse("user", text, nil)
	if err == nil {
		err = seed.Apply(ctx, u.app.store, u.app.store, s, seed.Options{Organization: u.app.organization(), Live: true})
	}
	if e, ok := errors.AsType[*seed.Error](err); ok { // paths in it are those of a seed, lines are ours
		for i := range e.Problems {
			e.Problems[i].Line = 0
			e.Problems[i].Path = strings.TrimPrefix(strings.TrimPrefix(e.Problems[i].Path, "users[0]"), ".")
		}
	}
	if err != nil {
		return seedProblem(err)
	}
	return nil
}

// attributes writes single values as seeds want them, and leaves empty lists out.
func attributes(list map[string][]string) map[string]any {
	out := make(map[string]any, len(list))
	for name, values := range list {
		switch len(values) {
		case 0:
		case 1:
			out[name] = values[0]
		default:
			out[name] = values
		}
	}
	return out
}

// entry finds an account that is not the server's own.
func (u userAdmin) entry(ctx context.Context, name string) (store.Entry, error) {
	snapshot, err := u.app.store.Snapshot(ctx)
	if err != nil {
		return store.Entry{}, err
	}
	e := snapshot.ByName(name)
	if e == nil || e.Kind != store.UserEntry || e.System {
		return store.Entry{}, fmt.Errorf("user %q: %w", name, store.ErrNotFound)
	}
	return *e, nil
}

// Change changes what is given. Null brings back what a new account has.
func (u userAdmin) Change(ctx context.Context, name string, c admin.UserChange) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	e, err := u.entry(ctx, name)
	if err != nil {
		return err
	}
	fields := map[string]any{"name": e.Name}
	put(fields, "password", c.Password)
	put(fields, "display_name", c.DisplayName)
	put(fields, "mail", c.Mail)
	put(fields, "aliases", c.Aliases)
	put(fields, "admin", c.Admin)
	put(fields, "enabled", c.Enabled)
	put(fields, "hidden", c.Hidden)
	put(fields, "quota", c.Quota)
	if c.Directory.Set && !c.Directory.Null {
		fields["directory"] = attributes(c.Directory.Value)
	}
	if c.Password.Null || c.Password.Set && c.Password.Value == "" {
		return admin.Invalid(errors.New("password: an account needs one"))
	}
	if err := u.apply(ctx, fields); err != nil {
		return err
	}
	return u.clear(ctx, e.Name, c)
}

// put takes a value that is there into the fields of a seed's user.
func put[T any](fields map[string]any, name string, f admin.Field[T]) {
	if f.Set && !f.Null {
		fields[name] = f.Value
	}
}

// clear does what a seed cannot say: it takes things away.
func (u userAdmin) clear(ctx context.Context, name string, c admin.UserChange) error {
	e, err := u.entry(ctx, name)
	if err != nil {
		return err
	}
	before := fmt.Sprint(e)
	e.Attributes = maps.Clone(e.Attributes)
	if c.Directory.Null {
		e.Attributes = nil
	}
	for attribute, values := range c.Directory.Value {
		if len(values) == 0 {
			delete(e.Attributes, attribute)
		}
	}
	if c.DisplayName.Null || c.DisplayName.Set && c.DisplayName.Value == "" {
		e.DisplayName = e.Name
	}
	if c.Mail.Null || c.Mail.Set && c.Mail.Value == "" {
		e.Mail = e.Name + "@" + u.app.cfg.Organization.Domain
	}
	if c.Aliases.Null || c.Aliases.Set && len(c.Aliases.Value) == 0 {
		e.Aliases = nil
	}
	if c.Quota.Null {
		e.Quota = store.Quota{}
	}
	e.Admin = e.Admin && !c.Admin.Null
	e.Hidden = e.Hidden && !c.Hidden.Null
	e.Enabled = e.Enabled || c.Enabled.Null
	if fmt.Sprint(e) == before {
		return nil
	}
	return u.app.store.Update(ctx, store.Scope{Directory: true}, func(tx store.Tx) error {
		_, err := tx.PutEntry(e)
		return err
	})
}

// Remove removes an account with its mailbox, ends its sessions, and takes it out of the groups.
func (u userAdmin) Remove(ctx context.Context, name string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	e, err := u.entry(ctx, name)
	if err != nil {
		return err
	}
	snapshot, err := u.app.store.Snapshot(ctx)
	if err != nil {
		return err
	}
	err = u.app.store.Update(ctx, store.Scope{Directory: true, Mailboxes: []store.MailboxID{e.Mailbox}}, func(tx store.Tx) error {
		for _, group := range snapshot.Entries {
			if i := slices.IndexFunc(group.Members, func(m string) bool { return strings.EqualFold(m, e.Name) }); i >= 0 {
				group.Members = slices.Delete(slices.Clone(group.Members), i, i+1)
				if _, err := tx.PutEntry(group); err != nil {
					return err
				}
			}
		}
		if err := tx.RemoveEntry(e.Name); err != nil {
			return err
		}
		return tx.DeleteMailbox(e.Mailbox)
	})
	if err != nil {
		return err
	}
	for _, s := range u.app.servers {
		s.emsmdb.KillUser(e.Name)
	}
	return nil
}
