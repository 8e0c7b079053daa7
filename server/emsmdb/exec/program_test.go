package exec_test

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/cases"
	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
)

// TestRandomProgram runs random programs of ROPs and compares what a client then sees with a model in plain memory that
// did the same: folders, messages, properties, recipients, attachments, read flags.
func TestRandomProgram(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withHandles(1<<20), withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x"}}}))
	w.inbox()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		p := &program{w: w, t: rt, root: &folderModel{name: fmt.Sprintf("run %d", runs)}}
		made := one[*rop.CreateFolderResponse](w, newFolderRequest(1, 2, p.root.name))
		p.id = made.FolderID
		defer func() {
			w.run(&rop.DeleteFolderRequest{In: in(1), FolderID: p.id, DeleteFolderFlags: mapi.DelMessages | mapi.DelFolders | mapi.DeleteHardDelete})
		}()
		names := slices.Sorted(maps.Keys(actions))
		for range rapid.IntRange(1, 25).Draw(rt, "length") {
			actions[rapid.SampledFrom(names).Draw(rt, "action")](p)
		}
		if diff := gocmp.Diff(p.root.String(), p.load(p.id).String()); diff != "" {
			rt.Fatalf("the model (-) and the server (+):\n%s", diff)
		}
	})
}

// actions are what a program can do. One that finds nothing to act on does nothing.
var actions = func() map[string]func(*program) {
	all := maps.Clone(folderActions)
	maps.Copy(all, messageActions)
	return all
}()

// program is a random program while it runs, and the model that runs beside it.
type program struct {
	w    *world
	t    *rapid.T
	root *folderModel
	id   mapi.ID // of the root
}

// Indexes of the handle table that programs use, beside the logon at 0 and the inbox at 1.
const (
	atFolder uint8 = 2 + iota
	atTable
	atMessage
	atAttachment
	atStream
	atOther
)

// folderModel is a folder with everything in it.
type folderModel struct {
	name       string
	comment    string
	custom     string // a property of the client's own
	children   []*folderModel
	messages   []*messageModel
	associated []*messageModel

	id mapi.ID // of what was loaded
}

// messageModel is a message as a client sees it.
type messageModel struct {
	subject, body string
	importance    int32
	custom        []int32
	read          bool
	recipients    []recipientModel
	attachments   []attachmentModel

	id mapi.ID // of what was loaded
}

type recipientModel struct {
	row           uint32
	typ           uint8
	name, address string
}

type attachmentModel struct {
	number     uint32
	name, data string
	embedded   *messageModel
}

// Tags of the client's own.
const (
	tagFolderCustom  mapi.PropTag = 0x68100102
	tagMessageCustom mapi.PropTag = 0x68111003
)

// String is the whole tree in a form that is the same for the same state.
func (f *folderModel) String() string {
	var b strings.Builder
	f.write(&b, "")
	return b.String()
}

func (f *folderModel) write(b *strings.Builder, path string) {
	path += "/" + f.name
	unread := 0
	for _, m := range f.messages {
		if !m.read {
			unread++
		}
	}
	fmt.Fprintf(b, "%s comment=%q custom=%q messages=%d unread=%d associated=%d children=%d\n",
		path, f.comment, f.custom, len(f.messages), unread, len(f.associated), len(f.children))
	for _, list := range [][]*messageModel{f.messages, f.associated} {
		lines := make([]string, len(list))
		for i, m := range list {
			lines[i] = fmt.Sprintf("%s: %v\n", path, m)
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, ""))
	}
	for _, c := range slices.SortedFunc(slices.Values(f.children), func(a, b *folderModel) int { return cmp.Compare(a.name, b.name) }) {
		c.write(b, path)
	}
}

func (m *messageModel) String() string {
	return fmt.Sprintf("%q importance=%d custom=%v read=%v body=%s to=%v attachments=%v", m.subject, m.importance, m.custom, m.read, brief(m.body), m.recipients, m.attachments)
}

func (a attachmentModel) String() string {
	return fmt.Sprintf("{%d %q %s %v}", a.number, a.name, brief(a.data), a.embedded)
}

// brief stands for a text of any length.
func brief(s string) string {
	if len(s) <= 40 {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%d:%x", len(s), sha256.Sum256([]byte(s)))[:20]
}

// clone copies a message.
func (m *messageModel) clone() *messageModel {
	c := *m
	c.custom, c.recipients, c.attachments = slices.Clone(m.custom), slices.Clone(m.recipients), slices.Clone(m.attachments)
	return &c
}

// clone copies a folder, with the folders below it or without.
func (f *folderModel) clone(deep bool) *folderModel {
	c := *f
	c.messages, c.associated, c.children = nil, nil, nil
	for _, m := range f.messages {
		c.messages = append(c.messages, m.clone())
	}
	for _, m := range f.associated {
		c.associated = append(c.associated, m.clone())
	}
	for _, child := range f.children {
		if deep {
			c.children = append(c.children, child.clone(true))
		}
	}
	return &c
}

// child finds a child without regard to case.
func (f *folderModel) child(name string) *folderModel {
	for _, c := range f.children {
		if cases.Fold().String(c.name) == cases.Fold().String(name) {
			return c
		}
	}
	return nil
}

// all lists a folder and everything below it.
func (f *folderModel) all() []*folderModel {
	out := []*folderModel{f}
	for _, c := range f.children {
		out = append(out, c.all()...)
	}
	return out
}

// parentOf finds the parent of a folder below f.
func (f *folderModel) parentOf(c *folderModel) *folderModel {
	for _, g := range f.all() {
		if slices.Contains(g.children, c) {
			return g
		}
	}
	return nil
}

// do runs one ROP and returns its response, whatever it says.
func do[R rop.Response](p *program, req rop.Request) R {
	resps := p.w.run(req)
	if len(resps) != 1 {
		p.t.Fatalf("%T: %d responses", req, len(resps))
	}
	r, ok := resps[0].(R)
	if !ok {
		p.t.Fatalf("%T was answered by %T", req, resps[0])
	}
	return r
}

// must is do for ROPs that have to succeed.
func must[R rop.Response](p *program, req rop.Request) R {
	r := do[R](p, req)
	if h := r.Head(); h.ReturnValue != mapi.Success {
		p.t.Fatalf("%T: %v", req, h.ReturnValue)
	}
	return r
}

// release frees what stands at an index.
func (p *program) release(index uint8) { p.w.run(&rop.ReleaseRequest{In: in(index)}) }

// get reads properties of what stands at an index.
func (p *program) get(index uint8, tags ...mapi.PropTag) []prop.Value {
	return must[*rop.GetPropertiesSpecificResponse](p, &rop.GetPropertiesSpecificRequest{In: in(index), WantUnicode: 1, PropertyTags: tags}).RowData.Values
}

// rows reads a whole table that was opened at atTable.
func (p *program) rows(columns ...mapi.PropTag) (out []prop.Row) {
	must[*rop.SetColumnsResponse](p, &rop.SetColumnsRequest{In: in(atTable), PropertyTags: columns})
	for {
		rows := must[*rop.QueryRowsResponse](p, &rop.QueryRowsRequest{In: in(atTable), ForwardRead: true, RowCount: 100}).Rows
		if len(rows) == 0 {
			p.release(atTable)
			return out
		}
		out = append(out, rows...)
	}
}

// textOf is a string property, empty if it is not there.
func textOf(v prop.Value) string {
	if v.Type() == mapi.PtypString || v.Type() == mapi.PtypBinary {
		return v.Str()
	}
	return ""
}

// children lists the ids and names of the folders below one.
func (p *program) children(id mapi.ID) []prop.Row {
	must[*rop.OpenFolderResponse](p, &rop.OpenFolderRequest{InOut: inOut(0, atFolder), FolderID: id})
	must[*rop.GetHierarchyTableResponse](p, &rop.GetHierarchyTableRequest{InOut: inOut(atFolder, atTable)})
	rows := p.rows(mapi.TagFolderId, mapi.TagDisplayName)
	p.release(atFolder)
	return rows
}

// load reads a folder with everything in it as a client does, and checks the counts on the way.
func (p *program) load(id mapi.ID) *folderModel {
	f := &folderModel{id: id}
	must[*rop.OpenFolderResponse](p, &rop.OpenFolderRequest{InOut: inOut(0, atFolder), FolderID: id})
	v := p.get(atFolder, mapi.TagDisplayName, mapi.TagComment, tagFolderCustom, mapi.TagContentCount, mapi.TagContentUnreadCount,
		mapi.TagAssociatedContentCount, mapi.TagFolderChildCount, mapi.TagSubfolders)
	f.name, f.comment, f.custom = v[0].Str(), textOf(v[1]), string(p.read(atFolder, tagFolderCustom))
	p.release(atFolder)
	f.messages, f.associated = p.loadMessages(id, 0), p.loadMessages(id, mapi.TableAssociated)
	for _, row := range p.children(id) {
		f.children = append(f.children, p.load(row.Values[0].ObjectID()))
	}
	unread := 0
	for _, m := range f.messages {
		if !m.read {
			unread++
		}
	}
	got := []int64{v[3].Int(), v[4].Int(), v[5].Int(), v[6].Int()}
	want := []int64{int64(len(f.messages)), int64(unread), int64(len(f.associated)), int64(len(f.children))}
	if !slices.Equal(got, want) || v[7].Bool() != (len(f.children) > 0) {
		p.t.Fatalf("%q counts %v (messages, unread, associated, children), it has %v", f.name, got, want)
	}
	return f
}

// folder draws a folder and finds its id.
func (p *program) folder(below bool) (*folderModel, mapi.ID) {
	all := p.root.all()
	if below {
		all = all[1:]
	}
	if len(all) == 0 {
		return nil, 0
	}
	f := rapid.SampledFrom(all).Draw(p.t, "folder")
	return f, p.find(f)
}

// find returns the id of a folder of the model, found by its names.
func (p *program) find(f *folderModel) mapi.ID {
	if f == p.root {
		return p.id
	}
	for _, row := range p.children(p.find(p.root.parentOf(f))) {
		if row.Values[1].Str() == f.name {
			return row.Values[0].ObjectID()
		}
	}
	p.t.Fatalf("there is no folder %q", f.name)
	return 0
}

// open opens a folder at an index.
func (p *program) open(id mapi.ID, index uint8) {
	must[*rop.OpenFolderResponse](p, &rop.OpenFolderRequest{InOut: inOut(0, index), FolderID: id})
}
