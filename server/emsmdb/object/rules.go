package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/rule"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/store"
)

// RulesTable opens the table of a folder's rules by sequence, [MS-OXORULE] 3.2.5.3. Only who owns the folder may look:
// rules tell of people and mail. TableFlags only says of which type text is that a client asks for without a type; here
// the columns have types.
func (f *Folder) RulesTable(ctx context.Context, flags uint8) (*Table, error) {
	if bad := f.logon.env.Profile.Rules.BadTableFlags; flags&^mapi.TableUseUnicode != 0 && bad != mapi.Success {
		return nil, bad
	}
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return nil, err
	}
	if err := f.logon.require(s, Rights(mapi.RightFolderOwner)); err != nil {
		return nil, err
	}
	src := &table.Whole{Table: table.Rules, Order: f.logon.order(), Columns: rule.Columns, Read: f.ruleRows}
	return f.logon.table(src, f.logon.session.CodePage), nil
}

func (f *Folder) ruleRows(ctx context.Context) (rows []table.WholeRow, err error) {
	s, err := f.logon.state(ctx, f.id)
	if err == nil {
		err = f.logon.require(s, Rights(mapi.RightFolderOwner))
	}
	if err != nil {
		return nil, err
	}
	err = f.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		list, err := r.Rules(f.id)
		for i := range list {
			rows = append(rows, table.WholeRow{ID: int64(list[i].ID), Props: rule.Row(&list[i])})
		}
		return err
	})
	return rows, err
}

// RuleChange is one row of RopModifyRules.
type RuleChange = rule.Change

// ModifyRules changes the rules of a folder, [MS-OXORULE] 3.2.5.2. Only who owns the folder may.
func (f *Folder) ModifyRules(ctx context.Context, flags uint8, changes []RuleChange) error {
	l := f.logon
	s, err := l.state(ctx, f.id)
	if err != nil {
		return err
	}
	if err := l.require(s, Rights(mapi.RightFolderOwner)); err != nil {
		return err
	}
	o := rule.Options{
		Profile: &l.env.Profile.Rules, Public: l.Public(),
		Text: func(s string) string { return codepage.Decode(l.session.CodePage, s) },
	}
	var full error
	err = l.update(ctx, func(tx store.Tx) error {
		before, err := tx.Rules(f.id)
		if err != nil {
			return err
		}
		after, save, err := rule.Apply(before, flags, changes, o)
		if full = err; !save {
			return err
		}
		return tx.SetRules(f.id, after)
	})
	if errors.Is(err, store.ErrDenied) {
		return mapi.ErrInvalidParameter // a value that can't be given back as it came
	}
	if err == nil {
		err = full
	}
	return err
}

// UpdateDeferredActionMessages tells the deferred action messages of a message what the client calls it now, [MS-OXORULE]
// 3.2.5.4. Only the mailbox's owner has such messages to deal with.
func (l *Logon) UpdateDeferredActionMessages(ctx context.Context, server, client []byte) error {
	if err := l.privateOnly(); err != nil {
		return err
	}
	if !l.privileged {
		return mapi.ErrAccessDenied
	}
	folder := l.mailbox.Special[store.SpecialDeferredAction]
	if folder == 0 {
		return nil
	}
	want := prop.ServerID(server)
	return l.update(ctx, func(tx store.Tx) error {
		var found []store.MessageID
		err := tx.Scan(store.Selection{Folder: folder}, []mapi.PropTag{mapi.TagDeferredActionMessageOriginalEntryId}, func(id store.MessageID, v []prop.Value) error {
			if v[0].Equal(want) {
				found = append(found, id)
			}
			return nil
		})
		for i := 0; err == nil && i < len(found); i++ {
			_, err = tx.SaveMessage(found[i], store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{
				{Tag: mapi.TagDamOriginalEntryId, Value: prop.Binary(client)}, {Tag: mapi.TagDamBackPatched, Value: prop.Bool(true)},
			}}}})
		}
		return err
	})
}
