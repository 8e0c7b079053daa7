package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// model is what a store should hold, in maps.
type model struct {
	mailbox  store.MailboxID
	folders  map[store.FolderID]*modelFolder
	messages map[store.MessageID]*modelMessage
	names    []prop.Name
	receive  map[string]store.FolderID
}

type modelFolder struct {
	parent   store.FolderID
	name     string
	class    string
	children int64
	props    map[uint16]prop.Tagged
}

type modelMessage struct {
	store.Message
	props       map[uint16]prop.Tagged
	recipients  []store.Recipient
	attachments []map[uint16]prop.Tagged
}

// modelTags are the properties that random messages have and random scans ask for: with and without a column, of one
// type or another.
var modelTags = []mapi.PropTag{
	mapi.TagSubject, mapi.TagSubject.WithType(mapi.PtypString8), mapi.TagSubjectPrefix, mapi.TagNormalizedSubject, mapi.TagMessageClass,
	mapi.TagImportance, mapi.TagIconIndex, mapi.TagClientSubmitTime, mapi.TagSentRepresentingName, mapi.TagMessageDeliveryTime,
	mapi.TagCreationTime, mapi.TagBody, mapi.TagHtml, mapi.TagComment, 0x8001101F, 0x80020102, 0x8003000B,
}

// fieldTags are answered from the fields of messages.
var fieldTags = []mapi.PropTag{
	mapi.TagMid, mapi.TagFolderId, mapi.TagChangeNumber, mapi.TagMessageFlags, mapi.TagMessageStatus, mapi.TagMessageSize,
	mapi.TagMessageSizeExtended, mapi.TagHasAttachments, mapi.TagAssociated, mapi.TagLastModificationTime,
}

var modelNames = []string{"a", "A", "b", "Straße", "STRASSE", "c/d", "x y"}

func drawText(t *rapid.T) string {
	switch rapid.IntRange(0, 9).Draw(t, "length") {
	case 0:
		return ""
	case 1:
		return long(rapid.SampledFrom([]int{2047, 2048, 2049, 5000, 16384, 16385, 33000, 70000, 140000}).Draw(t, "bytes"))
	}
	return rapid.SampledFrom([]string{"RE: ", "RE: x", "x", "ß", "z🎉", "\x00"}).Draw(t, "text")
}

func drawValue(t *rapid.T, tag mapi.PropTag) prop.Value {
	switch tag.Type() {
	case mapi.PtypString:
		return prop.String(drawText(t))
	case mapi.PtypString8:
		return prop.String8(drawText(t))
	case mapi.PtypBinary:
		return prop.BinaryString(drawText(t))
	case mapi.PtypMultiString:
		return prop.Multi(mapi.PtypMultiString, rapid.SliceOfN(rapid.SampledFrom(modelNames), 0, 3).Draw(t, "texts"))
	case mapi.PtypTime:
		return prop.Time(mapi.FileTime(rapid.Uint64Range(1, 1<<62).Draw(t, "time")))
	case mapi.PtypBoolean:
		return prop.Bool(rapid.Bool().Draw(t, "bool"))
	}
	return prop.Int32(rapid.Int32().Draw(t, "number"))
}

func drawProps(t *rapid.T) []prop.Tagged {
	var list []prop.Tagged
	seen := map[uint16]bool{}
	for _, tag := range rapid.SliceOfN(rapid.SampledFrom(modelTags), 0, 8).Draw(t, "tags") {
		if !seen[tag.ID()] {
			seen[tag.ID()] = true
			list = append(list, prop.Tagged{Tag: tag, Value: drawValue(t, tag)})
		}
	}
	return list
}

func byID(props []prop.Tagged) map[uint16]prop.Tagged {
	m := make(map[uint16]prop.Tagged, len(props))
	for _, p := range props {
		m[p.Tag.ID()] = p
	}
	return m
}

// testModel does random things to the store and to a model, some of them undone, and compares all of it.
func testModel(t *testing.T, open Open) {
	s := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		if err := s.Reset(t.Context()); err != nil {
			rt.Fatal(err)
		}
		r := &modelRun{t: t, s: s}
		r.begin(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"CreateFolder": r.createFolder, "SetFolderProps": r.setFolderProps, "CreateMessage": r.createMessage, "SetMessageFlags": r.setFlags,
			"RegisterNames": r.registerNames, "SetReceiveFolder": r.setReceiveFolder, "Compare": r.compare,
		})
		r.compare(rt)
		if err := s.Check(t.Context()); err != nil {
			rt.Fatal(err)
		}
	})
}

// modelRun is one run of random operations.
type modelRun struct {
	t *testing.T
	s store.Store
	model
}

func (r *modelRun) begin(rt *rapid.T) {
	r.model = model{
		folders: map[store.FolderID]*modelFolder{}, messages: map[store.MessageID]*modelMessage{}, receive: map[string]store.FolderID{},
	}
	err := r.s.Update(r.t.Context(), store.Scope{}, func(tx store.Tx) error {
		mb, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"})
		r.mailbox = mb.ID
		root := mb.Special[store.SpecialRoot]
		r.folders[root] = &modelFolder{parent: root, props: map[uint16]prop.Tagged{}}
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// do runs an operation and, if it is kept, changes the model. Otherwise the transaction fails at the end or panics.
func (r *modelRun) do(rt *rapid.T, op func(store.Tx) error, then func()) {
	fate := rapid.SampledFrom([]string{"kept", "kept", "kept", "failed", "panicked"}).Draw(rt, "fate")
	var err error
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(errStop) {
				panic(p)
			}
		}()
		err = r.s.Update(r.t.Context(), store.Scope{Mailboxes: []store.MailboxID{r.mailbox}}, func(tx store.Tx) error {
			if err := op(tx); err != nil {
				return err
			}
			switch fate {
			case "failed":
				return errStop
			case "panicked":
				panic(errStop)
			}
			return nil
		})
	}()
	if err != nil && !errors.Is(err, errStop) {
		rt.Fatal(err)
	}
	if err == nil && fate == "kept" {
		then()
	}
}

func (r *modelRun) drawFolder(rt *rapid.T) store.FolderID {
	ids := make([]store.FolderID, 0, len(r.folders))
	for id := range r.folders {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(rt, "folder")
}

// taken reports whether a name is that of another child.
func (r *modelRun) taken(parent, except store.FolderID, name string) bool {
	fold := strings.NewReplacer("ß", "ss").Replace
	for id, f := range r.folders {
		if f.parent == parent && id != parent && id != except && fold(strings.ToLower(f.name)) == fold(strings.ToLower(name)) {
			return true
		}
	}
	return false
}

func (r *modelRun) createFolder(rt *rapid.T) {
	parent := r.drawFolder(rt)
	n := store.NewFolder{
		Mailbox: r.mailbox, Parent: parent, Type: store.FolderGeneric, Special: store.SpecialCount,
		Name: rapid.SampledFrom(modelNames).Draw(rt, "name"), Class: "IPF.Note", Props: drawProps(rt),
	}
	var made store.Folder
	r.do(rt, func(tx store.Tx) (err error) {
		made, err = tx.CreateFolder(n)
		if want := r.taken(parent, 0, n.Name); want != errors.Is(err, store.ErrExists) {
			return fmt.Errorf("folder %q: taken %v, error %w", n.Name, want, err)
		} else if want {
			return errStop
		}
		return err
	}, func() {
		r.folders[made.ID] = &modelFolder{parent: parent, name: n.Name, class: n.Class, props: byID(n.Props)}
		r.folders[parent].children++
	})
}

func (r *modelRun) setFolderProps(rt *rapid.T) {
	id := r.drawFolder(rt)
	f := *r.folders[id]
	set, remove := drawProps(rt), rapid.SliceOfN(rapid.SampledFrom(modelTags), 0, 3).Draw(rt, "remove")
	rename := id != f.parent && rapid.Bool().Draw(rt, "rename")
	if rename {
		f.name = rapid.SampledFrom(modelNames).Draw(rt, "name")
		set = append(set, tagged(mapi.TagDisplayName, prop.String(f.name)))
	}
	r.do(rt, func(tx store.Tx) error {
		err := tx.SetFolderProps(id, set, remove)
		if want := rename && r.taken(f.parent, id, f.name); want != errors.Is(err, store.ErrExists) {
			return fmt.Errorf("rename to %q: taken %v, error %w", f.name, want, err)
		} else if want {
			return errStop
		}
		return err
	}, func() {
		props := map[uint16]prop.Tagged{}
		for k, v := range f.props {
			props[k] = v
		}
		for _, tag := range remove {
			delete(props, tag.ID())
		}
		for k, v := range byID(set) {
			if k != mapi.TagDisplayName.ID() {
				props[k] = v
			}
		}
		f.props = props
		r.folders[id] = &f
	})
}

func (r *modelRun) createMessage(rt *rapid.T) {
	n := store.NewMessage{
		Folder: r.drawFolder(rt), Associated: rapid.IntRange(0, 3).Draw(rt, "associated") == 0, Flags: rapid.Uint32Range(0, 15).Draw(rt, "flags"),
		Props: drawProps(rt),
	}
	for i := range rapid.IntRange(0, 2).Draw(rt, "recipients") {
		n.Recipients = append(n.Recipients, store.Recipient{RowID: uint32(i), Type: 1, Props: drawProps(rt)})
	}
	for range rapid.IntRange(0, 2).Draw(rt, "attachments") {
		n.Attachments = append(n.Attachments, store.NewAttachment{Method: 1, Props: drawProps(rt)})
	}
	var made store.Message
	r.do(rt, func(tx store.Tx) (err error) { made, err = tx.CreateMessage(n); return err }, func() {
		m := &modelMessage{Message: made, props: byID(n.Props), recipients: n.Recipients}
		for _, tag := range []mapi.PropTag{mapi.TagCreationTime, mapi.TagLastModificationTime} {
			if _, ok := m.props[tag.ID()]; !ok {
				m.props[tag.ID()] = tagged(tag, prop.Time(made.Modified)) // Now: the draw never sets the modification time
			}
		}
		for _, a := range n.Attachments {
			m.attachments = append(m.attachments, byID(a.Props))
		}
		r.messages[made.ID] = m
	})
}

func (r *modelRun) setFlags(rt *rapid.T) {
	if len(r.messages) == 0 {
		rt.Skip("no message yet")
	}
	id := rapid.SampledFrom(r.ids(func(*modelMessage) bool { return true })).Draw(rt, "message")
	flags, mask := rapid.Uint32Range(0, 0x7FF).Draw(rt, "flags"), rapid.Uint32Range(0, 0x7FF).Draw(rt, "mask")
	var got store.Message
	r.do(rt, func(tx store.Tx) (err error) { got, err = tx.SetMessageFlags(id, flags, mask); return err }, func() {
		m := r.messages[id]
		m.Flags = m.Flags&^mask | flags&mask
		m.Change, m.ReadChange = got.Change, got.ReadChange
	})
}

func (r *modelRun) registerNames(rt *rapid.T) {
	n := prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidCommon, LID: rapid.Uint32Range(0, 5).Draw(rt, "lid")}
	r.do(rt, func(tx store.Tx) error {
		ids, err := tx.RegisterNames(r.mailbox, []prop.Name{n})
		want := slices.Index(r.names, n)
		if want < 0 {
			want = len(r.names)
		}
		if err == nil && ids[0] != 0x8000+uint16(want) {
			return fmt.Errorf("name %v has id 0x%04X, want 0x%04X", n, ids[0], 0x8000+want)
		}
		return err
	}, func() {
		if !slices.Contains(r.names, n) {
			r.names = append(r.names, n)
		}
	})
}

func (r *modelRun) setReceiveFolder(rt *rapid.T) {
	class, folder := rapid.SampledFrom([]string{"", "ipm", "report.ipm"}).Draw(rt, "class"), r.drawFolder(rt)
	r.do(rt, func(tx store.Tx) error { return tx.SetReceiveFolder(r.mailbox, class, folder) }, func() { r.receive[class] = folder })
}

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
		return prop.Uint32(0)
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

// compare compares everything.
func (r *modelRun) compare(rt *rapid.T) {
	tags := rapid.SliceOfN(rapid.SampledFrom(append(slices.Clone(modelTags), fieldTags...)), 0, 10).Draw(rt, "columns")
	same := func(what string, got, want any) {
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
	err := r.s.View(r.t.Context(), store.Scope{}, func(rd store.Reader) error {
		for id := range r.folders {
			if err := r.compareFolder(rd, id, tags, same); err != nil {
				return err
			}
		}
		for _, m := range r.messages {
			if err := compareMessage(rd, m, same); err != nil {
				return err
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

func (r *modelRun) compareFolder(rd store.Reader, id store.FolderID, tags []mapi.PropTag, same func(string, any, any)) error {
	want := r.folders[id]
	got, err := rd.Folder(id)
	if err != nil {
		return err
	}
	same("name, class and parent", []any{got.Name, got.Class, got.Parent}, []any{want.name, want.class, want.parent})
	props, err := rd.Props(got.Bag)
	same("properties", whole(props), whole(stored(want.props)))
	if err != nil {
		return err
	}
	normal := r.ids(func(m *modelMessage) bool { return m.Folder == id && !m.Associated })
	assoc := r.ids(func(m *modelMessage) bool { return m.Folder == id && m.Associated })
	var unread, size, assocSize int64
	var positions []store.Position
	for _, id := range normal {
		m := r.messages[id]
		size += m.Size
		if m.Flags&mapi.MfRead == 0 {
			unread++
		}
		positions = append(positions, store.Position{Received: m.props[mapi.TagMessageDeliveryTime.ID()].Value.FileTime(), ID: id})
	}
	for _, id := range assoc {
		assocSize += r.messages[id].Size
	}
	same("counts", []int64{got.ContentCount, got.UnreadCount, got.AssocCount, got.ChildCount, got.ContentSize, got.AssocSize},
		[]int64{int64(len(normal)), unread, int64(len(assoc)), want.children, size, assocSize})
	slices.SortFunc(positions, func(a, b store.Position) int {
		return cmp.Or(cmp.Compare(a.Received, b.Received), cmp.Compare(a.ID, b.ID))
	})
	page, err := rd.Page(store.Selection{Folder: id}, store.Position{}, false, 1000)
	same("page", page, positions)
	if err != nil {
		return err
	}
	for _, associated := range []bool{false, true} {
		ids := normal
		if associated {
			ids = assoc
		}
		wantRows := [][]prop.Value{}
		for _, id := range ids {
			row := []prop.Value{}
			for _, tag := range tags {
				row = append(row, r.messages[id].value(tag))
			}
			wantRows = append(wantRows, row)
		}
		sel := store.Selection{Folder: id, Associated: associated}
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
	}
	return nil
}

// stored are properties as Props gives them.
func stored(props map[uint16]prop.Tagged) []store.Property {
	var list []store.Property
	for _, p := range props {
		list = append(list, store.Property{Tag: p.Tag, Value: p.Value})
	}
	return list
}

// whole are properties by tag, with what is apart reduced to its size.
func whole(props []store.Property) map[mapi.PropTag]any {
	m := map[mapi.PropTag]any{}
	for _, p := range props {
		size := p.Size
		switch p.Tag.Type() {
		case mapi.PtypString:
			size = max(size, int64(len(utf16Bytes(p.Value.Str()))))
		case mapi.PtypString8, mapi.PtypBinary:
			size = max(size, int64(len(p.Value.Str())))
		}
		m[p.Tag] = p.Value
		if size > store.LargeValue {
			m[p.Tag] = size
		}
	}
	return m
}

func compareMessage(rd store.Reader, want *modelMessage, same func(string, any, any)) error {
	got, err := rd.Message(want.ID)
	same("message", got, want.Message)
	if err != nil {
		return err
	}
	props, err := rd.Props(got.Bag)
	same("properties", whole(props), whole(stored(want.props)))
	if err != nil {
		return err
	}
	recipients, err := rd.Recipients(got.Bag)
	if err != nil {
		return err
	}
	same("number of recipients", len(recipients), len(want.recipients))
	for i, r := range recipients {
		same("recipient", byID(r.Props), byID(want.recipients[i].Props))
	}
	attachments, err := rd.Attachments(got.Bag)
	if err != nil {
		return err
	}
	same("number of attachments", len(attachments), len(want.attachments))
	for i, a := range attachments {
		props, err := rd.Props(a.Bag)
		same("attachment", whole(props), whole(stored(want.attachments[i])))
		if err != nil {
			return err
		}
	}
	return nil
}
