package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/mapid/mapid/store"
)

// directoryCache is the newest directory that was read, and the credentials that were asked for.
type directoryCache struct {
	mu          sync.Mutex // guards what follows
	snapshot    *store.Snapshot
	credentials map[string]store.Credential // by folded name, as of version
	version     uint64
}

// credential returns the credential of an entry if it is known for that version of the directory.
func (d *directoryCache) credential(folded string, version uint64) (store.Credential, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.credentials[folded]
	return c, ok && d.version == version
}

// keep remembers a credential as of a version of the directory.
func (d *directoryCache) keep(folded string, c store.Credential, version uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.version > version {
		return
	}
	if d.version < version || d.credentials == nil {
		d.version, d.credentials = version, make(map[string]store.Credential)
	}
	d.credentials[folded] = c
}

// lists are the parts of an entry that have more than one value, as the database keeps them.
type lists struct {
	Aliases      []string            `json:"aliases,omitempty"`
	Members      []string            `json:"members,omitempty"`
	Attributes   map[string][]string `json:"attributes,omitempty"`
	Certificates [][]byte            `json:"certificates,omitempty"`
}

// Snapshot returns the directory, from memory unless it has changed.
func (s *Store) Snapshot(ctx context.Context) (*store.Snapshot, error) {
	s.directory.mu.Lock()
	snap := s.directory.snapshot
	s.directory.mu.Unlock()
	if snap != nil && snap.Version == s.directoryVersion.Load() {
		return snap, nil
	}
	err := s.View(ctx, store.Scope{Directory: true}, func(r store.Reader) (err error) {
		snap, err = r.(*reader).directory()
		return err
	})
	if err != nil {
		return nil, err
	}
	s.directory.mu.Lock()
	defer s.directory.mu.Unlock()
	if old := s.directory.snapshot; old == nil || old.Version < snap.Version {
		s.directory.snapshot = snap
	}
	return snap, nil
}

const entryColumns = `SELECT id, kind, name, dn, guid, display_name, mail, hidden, admin, enabled, system, mailbox, managed_by,
	quota_warning, quota_send, quota_receive, created, modified, lists FROM entry `

func scanEntry(row func(...any) error) (store.Entry, error) {
	var e store.Entry
	var guid, data []byte
	err := row(&e.MId, &e.Kind, &e.Name, &e.DN, &guid, &e.DisplayName, &e.Mail, &e.Hidden, &e.Admin, &e.Enabled, &e.System, (*int64)(&e.Mailbox),
		&e.ManagedBy, &e.Quota.Warning, &e.Quota.Send, &e.Quota.Receive, &e.Created, &e.Modified, &data)
	if err != nil {
		return e, err
	}
	var l lists
	if err := json.Unmarshal(data, &l); err != nil {
		return e, fmt.Errorf("lists of entry %q: %w: %w", e.Name, errDamaged, err)
	}
	copy(e.GUID[:], guid)
	e.Aliases, e.Members, e.Attributes, e.Certificates = l.Aliases, l.Members, l.Attributes, l.Certificates
	return e, nil
}

// directory reads all entries and the version they belong to.
func (r *reader) directory() (*store.Snapshot, error) {
	var version int64
	if err := r.c.row("SELECT directory_version FROM store WHERE id = 1", nil, &version); err != nil {
		return nil, err
	}
	var entries []store.Entry
	err := r.c.each(entryColumns+"ORDER BY id", nil, func(rows *sql.Rows) error {
		e, err := scanEntry(rows.Scan)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return store.NewSnapshot(uint64(version), entries), nil
}

// Credential returns what verifying a password needs, from memory unless the directory has changed.
func (s *Store) Credential(ctx context.Context, name string) (store.Credential, error) {
	folded := fold(name)
	if c, ok := s.directory.credential(folded, s.directoryVersion.Load()); ok {
		return c, nil
	}
	var c store.Credential
	var version int64
	err := s.View(ctx, store.Scope{Directory: true}, func(r store.Reader) error {
		var hash []byte
		const query = "SELECT credential.name, nthash, directory_version FROM credential, store WHERE folded = ? AND store.id = 1"
		if err := r.(*reader).c.row(query, []any{folded}, &c.Name, &hash, &version); err != nil {
			return fmt.Errorf("credential of %q: %w", name, err)
		}
		copy(c.NTHash[:], hash)
		return nil
	})
	if err == nil {
		s.directory.keep(folded, c, uint64(version))
	}
	return c, err
}

// changeDirectory notes that the directory is no longer what it was.
func (t *tx) changeDirectory() error {
	if !t.scope.Directory {
		return errors.New("sqlite: the directory is outside the scope of the update")
	}
	t.w.next.directory++
	for _, c := range t.changes {
		if c.Kind == store.DirectoryChanged {
			return nil
		}
	}
	t.note(store.Change{Kind: store.DirectoryChanged})
	return nil
}

// PutEntry adds an entry or replaces the one of the same name, whose MId and time of creation stay.
func (t *tx) PutEntry(e store.Entry) (store.Entry, error) {
	if err := t.changeDirectory(); err != nil {
		return store.Entry{}, err
	}
	var id, created int64
	err := t.c.row("SELECT id, created FROM entry WHERE folded = ?", []any{fold(e.Name)}, &id, &created)
	switch {
	case errors.Is(err, store.ErrNotFound):
		id, created = t.w.next.entry, int64(t.time)
		t.w.next.entry++
	case err != nil:
		return store.Entry{}, err
	}
	data, err := json.Marshal(lists{e.Aliases, e.Members, e.Attributes, e.Certificates})
	if err != nil {
		return store.Entry{}, err
	}
	if err := t.c.exec("DELETE FROM entry WHERE id = ?", id); err != nil {
		return store.Entry{}, err
	}
	err = t.c.exec(`INSERT INTO entry (id, folded, kind, name, dn, dn_folded, guid, display_name, mail, hidden, admin, enabled, system, mailbox,
		managed_by, quota_warning, quota_send, quota_receive, created, modified, lists) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, fold(e.Name), int64(e.Kind), e.Name, e.DN, fold(e.DN), e.GUID[:], e.DisplayName, e.Mail, e.Hidden, e.Admin, e.Enabled, e.System,
		int64(e.Mailbox), e.ManagedBy, int64(e.Quota.Warning), int64(e.Quota.Send), int64(e.Quota.Receive), created, int64(t.time), data)
	if err != nil {
		return store.Entry{}, fmt.Errorf("directory entry %q: %w", e.Name, err)
	}
	return scanEntry(func(dest ...any) error { return t.c.row(entryColumns+"WHERE id = ?", []any{id}, dest...) })
}

// RemoveEntry removes an entry with its credential.
func (t *tx) RemoveEntry(name string) error {
	if err := t.changeDirectory(); err != nil {
		return err
	}
	n, err := t.c.change("DELETE FROM entry WHERE folded = ?", fold(name))
	if err == nil && n == 0 {
		err = fmt.Errorf("directory entry %q: %w", name, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	return t.c.exec("DELETE FROM credential WHERE folded = ?", fold(name))
}

// SetCredential sets what verifies the password of an entry.
func (t *tx) SetCredential(c store.Credential) error {
	if err := t.changeDirectory(); err != nil {
		return err
	}
	var name string
	if err := t.c.row("SELECT name FROM entry WHERE folded = ?", []any{fold(c.Name)}, &name); err != nil {
		return fmt.Errorf("directory entry %q: %w", c.Name, err)
	}
	return t.c.exec("INSERT OR REPLACE INTO credential (folded, name, nthash) VALUES (?, ?, ?)", fold(name), name, c.NTHash[:])
}
