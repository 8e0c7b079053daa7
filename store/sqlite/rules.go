package sqlite

import (
	"bytes"
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Rules lists the rules of a folder.
func (r *reader) Rules(folder store.FolderID) ([]store.Rule, error) {
	var list []store.Rule
	const query = "SELECT id, sequence, state, data FROM rule WHERE folder = ? ORDER BY sequence, id"
	err := r.c.each(query, []any{int64(folder)}, func(rows *sql.Rows) error {
		var rule store.Rule
		var data sql.RawBytes
		var sequence int64
		err := rows.Scan(into(&rule.ID), &sequence, into(&rule.State), &data)
		if err != nil {
			return err
		}
		rule.Sequence = int32(sequence)
		if rule.Props, err = decodeRule(data); err != nil {
			return fmt.Errorf("rule %d: %w", rule.ID, err)
		}
		list = append(list, rule)
		return nil
	})
	return list, err
}

// HasRules reports whether a folder has rules.
func (r *reader) HasRules(folder store.FolderID) (bool, error) {
	var n int64
	err := r.c.row("SELECT EXISTS (SELECT 1 FROM rule WHERE folder = ?)", []any{int64(folder)}, &n)
	return n != 0, err
}

// SetRules replaces the rules of a folder.
func (t *tx) SetRules(folder store.FolderID, rules []store.Rule) error {
	f, err := t.livingFolder(folder)
	if err != nil {
		return err
	}
	if err := t.c.exec("DELETE FROM rule WHERE folder = ?", int64(folder)); err != nil {
		return err
	}
	for _, rule := range rules {
		data, err := encodeRule(rule.Props)
		if err != nil {
			return fmt.Errorf("rule %d: %w", rule.ID, err)
		}
		if rule.ID == 0 {
			rule.ID = store.RuleID(t.counter())
		}
		err = t.c.exec("INSERT INTO rule (folder, id, sequence, state, data) VALUES (?, ?, ?, ?, ?)",
			int64(folder), int64(rule.ID), int64(rule.Sequence), int64(rule.State), data)
		if err != nil {
			return fmt.Errorf("rule %d of folder %d: %w", rule.ID, folder, err)
		}
	}
	cn, err := t.changeFolder(f, store.Edit{})
	if err != nil {
		return err
	}
	t.note(store.Change{Kind: store.FolderModified, Mailbox: f.Mailbox, Folder: folder, Number: cn})
	return nil
}

var errRule = errors.New("sqlite: malformed rule")

// encodeRule returns the bytes of a rule's properties: in the form of ROP buffers, as a bag would lose whether a rule
// moves messages within the store.
func encodeRule(props []prop.Tagged) ([]byte, error) {
	w := wire.Writer{Buf: []byte{}} // a rule without properties is no NULL
	props = slices.SortedFunc(slices.Values(props), func(a, b prop.Tagged) int { return cmp.Compare(a.Tag.ID(), b.Tag.ID()) })
	for _, p := range props {
		prop.WriteTagged(&w, p)
	}
	again, err := decodeRule(w.Buf)
	if err != nil || !slices.EqualFunc(props, again, func(a, b prop.Tagged) bool { return a.Tag == b.Tag && a.Value.Equal(b.Value) }) {
		return nil, fmt.Errorf("it has no encoding that reads back the same: %w", store.ErrDenied)
	}
	return w.Buf, nil
}

// decodeRule is the reverse of encodeRule and refuses what does not encode to the same bytes again.
func decodeRule(data []byte) ([]prop.Tagged, error) {
	var props []prop.Tagged
	var again wire.Writer
	r := wire.NewReader(bytes.Clone(data))
	for r.Len() > 0 {
		p := prop.ReadTagged(r)
		if r.Err() != nil {
			return nil, errRule
		}
		if n := len(props); n > 0 && props[n-1].Tag.ID() >= p.Tag.ID() {
			return nil, errRule
		}
		prop.WriteTagged(&again, p)
		props = append(props, p)
	}
	if !bytes.Equal(again.Buf, data) {
		return nil, errRule
	}
	return props, nil
}
