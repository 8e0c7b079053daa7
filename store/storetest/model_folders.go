package storetest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func (r *modelRun) drawFolder(rt *rapid.T) store.FolderID {
	ids := make([]store.FolderID, 0, len(r.folders))
	for id, f := range r.folders {
		if !f.search {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(rt, "folder")
}

// missing is ErrNotFound for what concerns a folder that is soft-deleted.
func (r *modelRun) missing(id store.FolderID) error {
	if r.folders[id].gone != living {
		return store.ErrNotFound
	}
	return nil
}

// taken is ErrExists if a name is that of another living child.
func (r *modelRun) taken(parent, except store.FolderID, name string) error {
	fold := strings.NewReplacer("ß", "ss").Replace
	for id, f := range r.folders {
		if f.parent == parent && id != parent && id != except && f.gone == living && fold(strings.ToLower(f.name)) == fold(strings.ToLower(name)) {
			return store.ErrExists
		}
	}
	return nil
}

// first is the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
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
		return expect("CreateFolder", err, first(r.missing(parent), r.taken(parent, 0, n.Name)))
	}, func() {
		r.folders[made.ID] = &modelFolder{parent: parent, name: n.Name, class: n.Class, props: byID(n.Props)}
	})
}

func (r *modelRun) setFolderProps(rt *rapid.T) {
	id := r.drawFolder(rt)
	f := *r.folders[id]
	set, remove := drawProps(rt), drawRemove(rt)
	var taken error
	if id != f.parent && rapid.Bool().Draw(rt, "rename") {
		f.name = rapid.SampledFrom(modelNames).Draw(rt, "name")
		set = append(set, tagged(mapi.TagDisplayName, prop.String(f.name)))
		taken = r.taken(f.parent, id, f.name)
	}
	r.do(rt, func(tx store.Tx) error {
		return expect("SetFolderProps", tx.SetFolderProps(id, set, remove), first(r.missing(id), taken))
	}, func() {
		f.props = r.edited(f.props, store.Edit{Set: set, Remove: remove})
		delete(f.props, mapi.TagDisplayName.ID())
		r.folders[id] = &f
	})
}

func (r *modelRun) setFolderStaged(rt *rapid.T) {
	id := r.drawFolder(rt)
	staged := r.drawStaged(rt)
	if len(staged) == 0 {
		return
	}
	f := *r.folders[id]
	r.do(rt, func(tx store.Tx) error {
		return expect("SetFolderStaged", tx.SetFolderStaged(id, staged[0]), r.missing(id))
	}, func() {
		f.props = r.edited(f.props, store.Edit{Staged: staged[:1]})
		r.folders[id] = &f
	})
}

// below lists a folder and those below it for which pass holds, on the way there too.
func (r *modelRun) below(id store.FolderID, pass func(*modelFolder) bool) []store.FolderID {
	list := []store.FolderID{id}
	for i := 0; i < len(list); i++ {
		for child, f := range r.folders {
			if f.parent == list[i] && child != list[i] && pass(f) {
				list = append(list, child)
			}
		}
	}
	return list
}

func (r *modelRun) deleteFolder(rt *rapid.T) {
	id, hard := r.drawFolder(rt), rapid.Bool().Draw(rt, "hard")
	var want error
	if id == r.root {
		want = store.ErrDenied
	} else if !hard {
		want = r.missing(id)
	}
	var now mapi.FileTime
	r.do(rt, func(tx store.Tx) error {
		now = tx.Now()
		return expect(fmt.Sprint("DeleteFolder ", hard), tx.DeleteFolder(id, hard), want)
	}, func() {
		for class, folder := range r.receive {
			if slices.Contains(r.below(id, func(*modelFolder) bool { return true }), folder) {
				delete(r.receive, class)
			}
		}
		if hard {
			for _, gone := range r.below(id, func(*modelFolder) bool { return true }) {
				delete(r.folders, gone)
				for m := range r.messages {
					if r.messages[m].Folder == gone {
						delete(r.messages, m)
					}
				}
			}
			return
		}
		for _, along := range r.below(id, func(f *modelFolder) bool { return f.gone == living }) {
			r.folders[along].gone = deletedAlong
		}
		f := r.folders[id]
		f.gone = deletedItself
		f.props = r.edited(f.props, store.Edit{Set: []prop.Tagged{tagged(mapi.TagDeletedOn, prop.Time(now))}})
	})
}

func (r *modelRun) moveFolder(rt *rapid.T) {
	id, parent := r.drawFolder(rt), r.drawFolder(rt)
	f := r.folders[id]
	to := store.FolderMove{Parent: parent}
	if rapid.Bool().Draw(rt, "rename") {
		to.Name = rapid.SampledFrom(modelNames).Draw(rt, "name")
	}
	name := to.Name
	if name == "" {
		name = f.name
	}
	want := r.missing(parent)
	if want == nil {
		if id == r.root || slices.Contains(r.below(id, func(*modelFolder) bool { return true }), parent) {
			want = store.ErrDenied
		} else {
			want = r.taken(parent, id, name)
		}
	}
	r.do(rt, func(tx store.Tx) error {
		_, err := tx.MoveFolder(id, to)
		return expect("MoveFolder", err, want)
	}, func() {
		for _, along := range r.below(id, func(f *modelFolder) bool { return f.gone == deletedAlong }) {
			r.folders[along].gone = living
		}
		f.parent, f.name, f.gone = parent, name, living
		f.props = r.edited(f.props, store.Edit{Remove: []mapi.PropTag{mapi.TagDeletedOn}})
	})
}
