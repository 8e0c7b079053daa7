package exec_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
)

// mirror is a client's copy of a table, which it keeps right by what it is told.
type mirror struct {
	name    string
	flags   uint8 // TableFlags
	folders bool  // it is a hierarchy table
	folder  uint8 // index of the folder
	sort    *rop.SortTableRequest
	only    prop.Restriction
	columns []mapi.PropTag
	begin   func(w *world, m *mirror)

	at      uint8 // index of the table
	rows    []mirrored
	changed int  // TableChanged events
	told    int  // other events
	strict  bool // nobody changes anything while the table is read
	again   bool // it is to be read again
}

// mirrored is a row: what it is known by, and its bytes.
type mirrored struct {
	id       mapi.ID
	instance uint32
	row      string
}

func (m *mirror) identify(columns []mapi.PropTag, row prop.Row) mirrored {
	var w wire.Writer
	prop.WriteRow(&w, columns, row)
	out := mirrored{row: hex.EncodeToString(w.Bytes())}
	for i, c := range columns {
		switch {
		case m.folders && c == mapi.TagFolderId, !m.folders && c == mapi.TagInstID:
			out.id = row.Values[i].ObjectID()
		case c == mapi.TagInstanceNum:
			out.instance = uint32(row.Values[i].Int())
		}
	}
	return out
}

// read reads the whole table. What came before of it says nothing any more.
func (m *mirror) read(w *world) (out []mirrored) {
	w.t.Helper()
	w.told = slices.DeleteFunc(w.told, func(n *rop.NotifyResponse) bool { return n.NotificationHandle == w.handles[m.at] })
	resps := w.run(&rop.SeekRowRequest{In: in(m.at)}, &rop.QueryRowsRequest{In: in(m.at), ForwardRead: true, RowCount: 1000})
	rows, ok := resps[len(resps)-1].(*rop.QueryRowsResponse)
	if !ok || rows.ReturnValue != mapi.Success || rows.Origin != mapi.BookmarkEnd {
		w.t.Fatalf("%s: %+v", m.name, resps[len(resps)-1])
	}
	for _, row := range rows.Rows {
		out = append(out, m.identify(m.columns, row))
	}
	return out
}

func (m *mirror) find(id mapi.ID, instance uint32) int {
	return slices.IndexFunc(m.rows, func(r mirrored) bool { return r.id == id && r.instance == instance })
}

// apply takes one event.
func (m *mirror) apply(w *world, e *rop.NotificationData) {
	w.t.Helper()
	id, after, instance, afterInstance := e.TableRowMessageID, e.InsertAfterTableRowID, e.TableRowInstance, e.InsertAfterTableRowInstance
	if m.folders {
		id, after = e.TableRowFolderID, e.InsertAfterTableRowFolderID
	}
	at := m.find(id, instance)
	switch e.TableEventType {
	case mapi.TableEventChanged:
		m.changed++
		m.again = true
		return
	case mapi.TableEventRowDeleted, mapi.TableEventRowModified:
		if at < 0 && m.strict {
			w.t.Errorf("%s: row %v %d of event %d is not there", m.name, id, instance, e.TableEventType)
		}
	case mapi.TableEventRowAdded:
		if at >= 0 && m.strict {
			w.t.Errorf("%s: row %v %d that comes is there", m.name, id, instance)
		}
	}
	m.told++
	if e.TableEventType == mapi.TableEventRowDeleted {
		if at >= 0 {
			m.rows = slices.Delete(m.rows, at, at+1)
		}
		return
	}
	if at >= 0 {
		m.rows = slices.Delete(m.rows, at, at+1)
	}
	to := 0
	if after != 0 {
		if to = m.find(after, afterInstance) + 1; to == 0 {
			w.t.Errorf("%s: row %v %d follows row %v %d, which is not there", m.name, id, instance, after, afterInstance)
		}
	}
	r := wire.NewReader(e.TableRowData)
	row := prop.ReadRow(r, m.columns)
	if r.Err() != nil || r.Len() != 0 {
		w.t.Fatalf("%s: row data %x: %v, %d bytes left", m.name, e.TableRowData, r.Err(), r.Len())
	}
	m.rows = slices.Insert(m.rows, to, m.identify(m.columns, row))
	if got := m.rows[to]; got.id != id || !m.folders && got.instance != instance {
		w.t.Errorf("%s: an event of row %v %d has the data of row %v %d", m.name, id, instance, got.id, got.instance)
	}
}

// open opens the table.
func (m *mirror) open(w *world) {
	w.t.Helper()
	if m.folders {
		one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(m.folder, m.at), TableFlags: m.flags})
	} else {
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(m.folder, m.at), TableFlags: m.flags})
	}
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(m.at), PropertyTags: m.columns})
	if m.sort != nil {
		m.sort.InputHandleIndex = m.at
		one[*rop.SortTableResponse](w, m.sort)
	}
	if m.only != nil {
		one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(m.at), Restriction: m.only})
	}
	if m.rows = m.read(w); m.begin != nil {
		m.begin(w, m)
		m.rows = m.read(w)
	}
}

// follow applies what is told to the tables that it is about, also what reading a table again brings.
func follow(w *world, tables []*mirror) {
	w.t.Helper()
	for list := w.poll(); len(list) > 0; list = w.poll() {
		for _, n := range list {
			i := slices.IndexFunc(tables, func(m *mirror) bool { return w.handles[m.at] == n.NotificationHandle })
			if i < 0 {
				w.t.Fatalf("an event of handle %d", n.NotificationHandle)
			}
			if !tables[i].again { // else what is read will show it
				tables[i].apply(w, &n.NotificationData)
			}
		}
		for _, m := range tables {
			if m.again {
				m.again, m.rows = false, m.read(w)
			}
		}
	}
}

// compare holds the mirrors against the tables.
func compare(w *world, when string, tables []*mirror) {
	w.t.Helper()
	for _, m := range tables {
		if diff := cmp.Diff(m.read(w), m.rows, cmp.AllowUnexported(mirrored{}), cmpopts.EquateEmpty()); diff != "" {
			w.t.Fatalf("%s: the mirror of table %s has (-want +got)\n%s", when, m.name, diff)
		}
	}
}

// mirrorColumns are the columns of the tables of messages.
var mirrorColumns = []mapi.PropTag{
	mapi.TagInstID, mapi.TagInstanceNum, mapi.TagRowType, mapi.TagDepth, mapi.TagSubject, mapi.TagSentRepresentingName, mapi.TagMessageDeliveryTime,
	mapi.TagMessageFlags, mapi.TagContentCount, mapi.TagContentUnreadCount,
}

func sorted(categories, expanded uint16, orders ...prop.SortOrder) *rop.SortTableRequest {
	return &rop.SortTableRequest{CategoryCount: categories, ExpandedCount: expanded, SortOrders: orders}
}

// mirrors are tables of every kind: of messages over the folder at index 1 and the search folder at index 3, of folders
// over the one at index 2.
func mirrors() []*mirror {
	keywords := append(slices.Clone(mirrorColumns), tagKeyword)
	folders := []mapi.PropTag{mapi.TagFolderId, mapi.TagDisplayName, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagSubfolders, mapi.TagDepth}
	startsWith := func(s string) prop.Restriction {
		return prop.ContentRestriction{Fuzzy: prop.FuzzyPrefix, Tag: mapi.TagSubject, Value: text(mapi.TagSubject, s)}
	}
	by := func(tag mapi.PropTag, order uint8) prop.SortOrder { return prop.SortOrder{Tag: tag, Order: order} }
	name, time := mapi.TagSentRepresentingName, mapi.TagMessageDeliveryTime
	list := []*mirror{
		{name: "Plain"},
		{name: "Associated", flags: mapi.TableAssociated},
		{name: "SoftDeletes", flags: mapi.TableSoftDeletes},
		{name: "NewestFirst", sort: sorted(0, 0, by(time, prop.Descending))},
		{name: "OldestFirst", sort: sorted(0, 0, by(time, prop.Ascending))},
		{name: "BySubject", sort: sorted(0, 0, by(mapi.TagSubject, prop.Ascending))},
		{name: "Restricted", only: startsWith("b")},
		{name: "RestrictedAndSorted", only: startsWith("a"), sort: sorted(0, 0, by(name, prop.Descending), by(time, prop.Ascending))},
		{name: "Unread", only: prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}},
		{name: "Categories", sort: sorted(1, 1, by(name, prop.Ascending), by(time, prop.Descending))},
		{name: "ClosedCategories", sort: sorted(1, 0, by(name, prop.Ascending))},
		{name: "NestedCategories", sort: sorted(2, 1, by(name, prop.Ascending), by(mapi.TagSubject, prop.Ascending)), begin: func(w *world, m *mirror) {
			for _, row := range slices.Clone(m.rows) { // the other way round, where there is one
				w.code(&rop.CollapseRowRequest{In: in(m.at), CategoryID: row.id})
				w.code(&rop.ExpandRowRequest{In: in(m.at), CategoryID: row.id})
			}
		}},
		{name: "CategoriesByNewest", sort: sorted(1, 1, by(name, prop.Descending), by(time, prop.MaximumCategory), by(time, prop.Descending))},
		{name: "RestrictedCategories", only: startsWith("b"), sort: sorted(1, 1, by(name, prop.Descending))},
		{name: "Instances", columns: keywords},
		{name: "CategoriesOfInstances", columns: keywords, sort: sorted(1, 1, by(tagKeyword, prop.Ascending), by(time, prop.Ascending))},
		{name: "Search", folder: 3},
		{name: "SearchBySubject", folder: 3, sort: sorted(0, 0, by(mapi.TagSubject, prop.Descending))},
		{name: "SearchRestricted", folder: 3, only: startsWith("b")},
		{name: "SearchInCategories", folder: 3, sort: sorted(1, 1, by(name, prop.Ascending))},
		{name: "Folders", folders: true, columns: folders},
		{name: "FoldersBelow", folders: true, flags: mapi.TableDepth, columns: folders},
		{name: "FoldersWithUnread", folders: true, flags: mapi.TableDepth, columns: folders, only: prop.PropertyRestriction{
			RelOp: prop.RelOpGT, Tag: mapi.TagContentUnreadCount, Value: number(mapi.TagContentUnreadCount, 0),
		}},
	}
	for i, m := range list {
		m.at = uint8(4 + i)
		switch {
		case m.folders:
			m.folder = 2
		case m.folder == 0:
			m.folder = 1
		}
		if m.columns == nil {
			m.columns = mirrorColumns
		}
	}
	return list
}

// disturber changes alice's mailbox at random.
type disturber struct {
	rand     *rand.Rand
	mailbox  store.MailboxID
	inbox    store.FolderID
	top      store.FolderID
	folders  []store.FolderID
	messages []store.MessageID // living and soft-deleted
	number   int
	worker   *search.Worker
}

func (d *disturber) pick() store.MessageID { return d.messages[d.rand.IntN(len(d.messages))] }

func (d *disturber) forget(id store.MessageID) {
	d.messages = slices.DeleteFunc(d.messages, func(m store.MessageID) bool { return m == id })
}

func (d *disturber) props() []prop.Tagged {
	out := []prop.Tagged{
		text(mapi.TagSubject, string(rune('a'+d.rand.IntN(3)))+fmt.Sprint(d.rand.IntN(4))),
		text(mapi.TagSentRepresentingName, []string{"alice", "bob", "carol", "dave"}[d.rand.IntN(4)]),
		{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(10 + d.rand.IntN(8)))},
	}
	if n := d.rand.IntN(3); n > 0 {
		out = append(out, prop.Tagged{Tag: tagKeywords, Value: prop.Multi(mapi.PtypMultiString, []string{"red", "green"}[:n])})
	}
	return out
}

// disturb does one thing. What cannot be done any more is passed over.
func (d *disturber) disturb(tx store.Tx) error {
	const most = 40
	kind := d.rand.IntN(12)
	if len(d.messages) < 4 {
		kind = 0
	}
	switch {
	case kind >= 10:
		return d.folder(tx)
	case kind < 3 && len(d.messages) < most:
		m, err := tx.CreateMessage(store.NewMessage{Folder: d.inbox, Associated: d.rand.IntN(8) == 0, Props: d.props()})
		d.messages = append(d.messages, m.ID)
		return err
	}
	id := d.pick()
	m, err := tx.Message(id)
	if err != nil {
		return err
	}
	switch {
	case kind <= 4 && !m.Deleted:
		_, err = tx.SaveMessage(id, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: d.props()[:1+d.rand.IntN(3)]}}})
	case kind == 5 && !m.Deleted:
		_, err = tx.SetMessageFlags(id, m.Flags^mapi.MfRead, mapi.MfRead)
	case kind == 6:
		to := d.inbox
		if d.rand.IntN(2) == 0 {
			to = d.top
		}
		d.forget(id)
		m, err = tx.MoveMessage(id, to)
		d.messages = append(d.messages, m.ID)
	case kind == 7 && len(d.messages) < most:
		m, err = tx.CopyMessage(id, d.inbox)
		d.messages = append(d.messages, m.ID)
	case kind == 8 && !m.Deleted:
		err = tx.DeleteMessage(id, false)
	default:
		d.forget(id)
		err = tx.DeleteMessage(id, true)
	}
	return err
}

// folder changes the folders below top.
func (d *disturber) folder(tx store.Tx) error {
	d.number++
	name := fmt.Sprintf("%c%d", 'a'+d.rand.IntN(6), d.number)
	parent := d.top
	if len(d.folders) > 0 && d.rand.IntN(2) == 0 {
		parent = d.folders[d.rand.IntN(len(d.folders))]
	}
	if len(d.folders) < 3 || len(d.folders) < 12 && d.rand.IntN(3) == 0 {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: d.mailbox, Parent: parent, Type: store.FolderGeneric, Special: store.SpecialCount, Name: name})
		d.folders = append(d.folders, f.ID)
		return err
	}
	id := d.folders[d.rand.IntN(len(d.folders))]
	switch d.rand.IntN(5) {
	case 0:
		return tx.SetFolderProps(id, []prop.Tagged{text(mapi.TagDisplayName, name)}, nil)
	case 1:
		for at := parent; at != d.top; { // not below itself
			if at == id {
				return nil
			}
			f, err := tx.Folder(at)
			if err != nil {
				return err
			}
			at = f.Parent
		}
		_, err := tx.MoveFolder(id, store.FolderMove{Parent: parent, Name: name})
		return err
	case 2:
		below, err := tx.Folders(id, true, false)
		if err != nil {
			return err
		}
		d.folders = slices.DeleteFunc(d.folders, func(f store.FolderID) bool {
			return f == id || slices.ContainsFunc(below, func(b store.Folder) bool { return b.ID == f })
		})
		return tx.DeleteFolder(id, d.rand.IntN(2) == 0)
	default:
		_, err := tx.CreateMessage(store.NewMessage{Folder: id, Props: d.props()})
		return err
	}
}

// mirrorWorld opens all kinds of tables of one mailbox.
func mirrorWorld(t *testing.T, seed uint64, opts ...option) (*world, []*mirror, *disturber) {
	t.Helper()
	tables := mirrors()
	w := newWorld(t, append(opts, withSeed(numbered(0)))...)
	w.handles = make([]uint32, 4+len(tables))
	for i := range w.handles {
		w.handles[i] = free
	}
	l := w.inbox()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidIPM]})
	d := &disturber{
		rand: rand.New(rand.NewPCG(seed, 7)), mailbox: w.entry("alice").Mailbox,
		inbox: store.FolderID(l.FolderIDs[fidInbox].Counter()), top: store.FolderID(l.FolderIDs[fidIPM].Counter()),
	}
	for range 30 {
		w.change("alice", d.disturb)
	}
	if got := w.openFolder(l.FolderIDs[fidFinder], 3, 0); got != mapi.Success {
		t.Fatal(got)
	}
	one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{InOut: inOut(3, 3), FolderType: 2, UseUnicode: true, DisplayName: "Unread"})
	one[*rop.SetSearchCriteriaResponse](w, &rop.SetSearchCriteriaRequest{
		In: in(3), Restriction: unreadOnly, FolderIDs: []mapi.ID{l.FolderIDs[fidIPM]}, SearchFlags: mapi.SearchRecursive,
	})
	d.worker = search.New(search.Options{Store: w.store, Logger: zaptest.NewLogger(t), Judge: w.env.Judge})
	t.Cleanup(d.worker.Close)
	d.settle(t)
	for _, m := range tables {
		m.open(w)
	}
	return w, tables, d
}

// settle has the searches find what there is.
func (d *disturber) settle(t *testing.T) {
	t.Helper()
	if err := d.worker.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestTableEventsKeepMirrorsRight lets others change a mailbox ten thousand times: whoever applies the events of a table
// to what it read before has what it would read anew. No table has to be read again.
func TestTableEventsKeepMirrorsRight(t *testing.T) {
	t.Parallel()
	w, tables, d := mirrorWorld(t, 1)
	for _, m := range tables {
		m.strict = true
	}
	for n, polls := 0, 0; n < mirroredChanges; polls++ {
		some := 1 + d.rand.IntN(12)
		for left := some; left > 0; {
			together := 1 + d.rand.IntN(left)
			left -= together
			w.change("alice", func(tx store.Tx) error {
				for range together {
					if err := d.disturb(tx); err != nil {
						return err
					}
				}
				return nil
			})
		}
		n += some
		d.settle(t)
		follow(w, tables)
		if polls%8 == 0 || n >= mirroredChanges {
			compare(w, fmt.Sprintf("after %d changes", n), tables)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	for _, m := range tables {
		t.Logf("%s: %d events, %d rows", m.name, m.told, len(m.rows))
		// Folders that come into the scope of a search or leave it make its members others.
		if m.changed > 0 && m.folder != 3 || m.changed > 100 || m.told < mirroredChanges/100 {
			t.Errorf("%s: %d events, and %d that tell only that something changed", m.name, m.told, m.changed)
		}
	}
}
