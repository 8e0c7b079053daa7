package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// ids are the messages that fn chooses, in ascending order.
func (r *modelRun) ids(fn func(*modelMessage) bool) []store.MessageID {
	var ids []store.MessageID
	for id, m := range r.messages {
		if fn(m) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// value is what a row should show of a message.
func (m *modelMessage) value(tag mapi.PropTag) prop.Value {
	switch tag {
	case mapi.TagMid:
		return prop.ID(mapi.NewID(1, uint64(m.ID)))
	case mapi.TagFolderId:
		return prop.ID(mapi.NewID(1, uint64(m.Folder)))
	case mapi.TagChangeNumber:
		return prop.ID(mapi.NewID(1, uint64(m.Change)))
	case mapi.TagMessageFlags:
		return prop.Uint32(m.Flags)
	case mapi.TagMessageStatus:
		return prop.Uint32(m.Status)
	case mapi.TagMessageSize:
		return prop.Int32(int32(m.Size))
	case mapi.TagMessageSizeExtended:
		return prop.Int64(m.Size)
	case mapi.TagHasAttachments:
		return prop.Bool(len(m.attachments) > 0)
	case mapi.TagAssociated:
		return prop.Bool(m.Associated)
	}
	p, ok := m.props[tag.ID()]
	text := func(t mapi.PropType) bool { return t == mapi.PtypString || t == mapi.PtypString8 }
	if !ok || p.Tag.Type() != tag.Type() && !(text(p.Tag.Type()) && text(tag.Type())) {
		return prop.Value{}
	}
	s := p.Value.Str()
	if len(s) <= store.RowValueLimit {
		return p.Value
	}
	n := store.RowValueLimit
	for p.Tag.Type() == mapi.PtypString && !utf8.RuneStart(s[n]) {
		n--
	}
	switch p.Tag.Type() {
	case mapi.PtypString:
		return prop.String(s[:n])
	case mapi.PtypString8:
		return prop.String8(s[:n])
	}
	return prop.BinaryString(s[:n])
}

// same fails the run if got is not want.
func (r *modelRun) same(rt *rapid.T) func(what string, got, want any) {
	return func(what string, got, want any) {
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// compare compares everything.
func (r *modelRun) compare(rt *rapid.T) {
	tags := rapid.SliceOfN(rapid.SampledFrom(append(slices.Clone(modelTags), fieldTags...)), 0, 10).Draw(rt, "columns")
	same := r.same(rt)
	err := r.s.View(r.t.Context(), store.Scope{}, func(rd store.Reader) error {
		for id := range r.folders {
			if err := r.compareFolder(rd, id, tags, same); err != nil {
				return err
			}
		}
		if err := r.compareTree(rd, same); err != nil {
			return err
		}
		for _, m := range r.messages {
			got, err := rd.Message(m.ID)
			same("message", got, m.Message)
			if err != nil {
				return err
			}
			if err := compareContent(rd, m.Bag, m.modelContent, same); err != nil {
				return err
			}
		}
		for id, want := range r.stages {
			v, err := rd.OpenStage(id)
			if err != nil {
				return err
			}
			if got, err := readValue(v); err != nil || !bytes.Equal(got, want) {
				return fmt.Errorf("stage %d has %d bytes, want %d, or others: %w", id, len(got), len(want), errors.Join(err))
			}
		}
		_, names, err := rd.AllNames(r.mailbox)
		same("names", names, r.names)
		if err != nil {
			return err
		}
		rows, err := rd.ReceiveFolders(r.mailbox)
		receive := map[string]store.FolderID{}
		for _, row := range rows {
			receive[row.Class] = row.Folder
		}
		same("receive folders", receive, r.receive)
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// compareTree compares which folders live and which are soft-deleted.
func (r *modelRun) compareTree(rd store.Reader, same func(string, any, any)) error {
	for _, deleted := range []bool{false, true} {
		list, err := rd.Folders(r.root, true, deleted)
		var got, want []store.FolderID
		for _, f := range list {
			got = append(got, f.ID)
		}
		for id, f := range r.folders {
			if id != r.root && (f.gone != living) == deleted {
				want = append(want, id)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		same("folders", got, want)
		if err != nil {
			return err
		}
	}
	return nil
}

// part lists the messages of a selection in the model.
func (r *modelRun) part(sel store.Selection) []store.MessageID {
	return r.ids(func(m *modelMessage) bool {
		return m.Folder == sel.Folder && m.Associated == sel.Associated && m.Deleted == sel.Deleted
	})
}

func (r *modelRun) compareFolder(rd store.Reader, id store.FolderID, tags []mapi.PropTag, same func(string, any, any)) error {
	want := r.folders[id]
	got, err := rd.Folder(id)
	if err != nil {
		return err
	}
	same("name, class, parent and life", []any{got.Name, got.Class, got.Parent, got.Deleted}, []any{want.name, want.class, want.parent, want.gone != living})
	if err := compareProps(rd, got.Bag, want.props, same); err != nil {
		return err
	}
	if want.search {
		return r.compareMembers(rd, got, same)
	}
	var unread, children, gone int64
	for child, f := range r.folders {
		switch {
		case f.parent != id || child == id:
		case f.gone == living:
			children++
		default:
			gone++
		}
	}
	size := func(ids []store.MessageID) (n int64) {
		for _, id := range ids {
			n += r.messages[id].Size
		}
		return n
	}
	normal, assoc := r.part(store.Selection{Folder: id}), r.part(store.Selection{Folder: id, Associated: true})
	deleted, deletedAssoc := r.part(store.Selection{Folder: id, Deleted: true}), r.part(store.Selection{Folder: id, Associated: true, Deleted: true})
	for _, id := range normal {
		if r.messages[id].Flags&mapi.MfRead == 0 {
			unread++
		}
	}
	same("counts", []int64{got.ContentCount, got.UnreadCount, got.AssocCount, got.DeletedCount, got.DeletedAssocCount, got.ChildCount, got.DeletedChildCount},
		[]int64{int64(len(normal)), unread, int64(len(assoc)), int64(len(deleted)), int64(len(deletedAssoc)), children, gone})
	same("sizes", []int64{got.ContentSize, got.AssocSize, got.DeletedSize}, []int64{size(normal), size(assoc), size(deleted) + size(deletedAssoc)})
	for _, sel := range []store.Selection{{}, {Associated: true}, {Deleted: true}, {Associated: true, Deleted: true}} {
		sel.Folder = id
		if err := r.compareSelection(rd, sel, tags, same); err != nil {
			return err
		}
	}
	return nil
}

// compareSelection compares what a list of messages shows, in every way to read it.
func (r *modelRun) compareSelection(rd store.Reader, sel store.Selection, tags []mapi.PropTag, same func(string, any, any)) error {
	ids := r.part(sel)
	wantRows := [][]prop.Value{}
	var positions []store.Position
	for _, id := range ids {
		m := r.messages[id]
		row := []prop.Value{}
		for _, tag := range tags {
			row = append(row, m.value(tag))
		}
		wantRows = append(wantRows, row)
		positions = append(positions, store.Position{Received: m.Received, ID: id})
	}
	gotRows := [][]prop.Value{}
	err := rd.Scan(sel, tags, func(_ store.MessageID, v []prop.Value) error { gotRows = append(gotRows, slices.Clone(v)); return nil })
	same("scan", gotRows, wantRows)
	if err != nil {
		return err
	}
	rows, err := rd.Rows(sel, ids, tags)
	same("rows", rows, wantRows)
	if err != nil {
		return err
	}
	slices.SortFunc(positions, func(a, b store.Position) int {
		return cmp.Or(cmp.Compare(a.Received, b.Received), cmp.Compare(a.ID, b.ID))
	})
	page, err := rd.Page(sel, store.Position{}, false, 1000)
	same("page", page, positions)
	return err
}

// streamOf is a string or binary as OpenProp reads it.
func streamOf(v prop.Value) []byte {
	if v.Type() == mapi.PtypString {
		return utf16Bytes(v.Str())
	}
	return v.Bytes()
}

// compareProps compares the properties of a bag, those that are kept apart by their streams.
func compareProps(rd store.Reader, bag store.BagID, want map[uint16]prop.Tagged, same func(string, any, any)) error {
	list, err := rd.Props(bag)
	if err != nil {
		return err
	}
	got := map[uint16]prop.Tagged{}
	for _, p := range list {
		got[p.Tag.ID()] = tagged(p.Tag, p.Value)
		w := want[p.Tag.ID()].Value
		if p.Size == 0 || w.Type() != p.Tag.Type() {
			continue
		}
		v, err := rd.OpenProp(bag, p.Tag)
		if err != nil {
			return err
		}
		data, err := readValue(v)
		if err != nil {
			return err
		}
		if bytes.Equal(data, streamOf(w)) && p.Size == int64(len(data)) && p.Size > store.LargeValue {
			got[p.Tag.ID()] = tagged(p.Tag, w)
		}
	}
	same("properties", got, want)
	return nil
}

func compareContent(rd store.Reader, bag store.BagID, want modelContent, same func(string, any, any)) error {
	if err := compareProps(rd, bag, want.props, same); err != nil {
		return err
	}
	recipients, err := rd.Recipients(bag)
	if err != nil {
		return err
	}
	same("number of recipients", len(recipients), len(want.recipients))
	for i, r := range recipients {
		same("recipient", byID(r.Props), byID(want.recipients[i].Props))
	}
	attachments, err := rd.Attachments(bag)
	if err != nil {
		return err
	}
	var numbers []uint32
	for _, a := range attachments {
		numbers = append(numbers, a.Number)
	}
	same("attachments", numbers, slices.Sorted(maps.Keys(want.attachments)))
	for _, a := range attachments {
		w := want.attachments[a.Number]
		same("method and embedded message", []any{a.Method, a.Embedded != 0}, []any{w.method, w.embedded != nil})
		if err := compareProps(rd, a.Bag, w.props, same); err != nil {
			return err
		}
		if w.embedded != nil {
			if err := compareContent(rd, a.Embedded, *w.embedded, same); err != nil {
				return err
			}
		}
	}
	return nil
}
