package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// guard says which messages that a search found a user may read, by the rights on their folders as they are now. It is
// nil where that is not the question: of an owner, and in the folders themselves.
func (c *contents) guard() *members {
	if !c.found || c.logon.privileged {
		return nil
	}
	return &members{logon: c.logon, rights: make(map[store.FolderID]Rights)}
}

// shows reports whether a user may read a message, and gives its facts the rights that they have on it. A nil guard lets
// everything pass.
func (m *members) shows(r store.Reader, f *messageFacts) (bool, error) {
	if m == nil {
		return true, nil
	}
	have, err := m.on(r, f.folder)
	f.rights = have
	return have&Rights(mapi.RightReadAny) != 0, err
}

// newPlan plans for columns of the table; where there is a guard, it needs to know the folder of each message.
func (c *contents) newPlan(tags []mapi.PropTag) *rowPlan {
	p := newRowPlan(tags, c.arranged.Split.ID())
	if c.guard() != nil && p.folder < 0 {
		p.folder = p.place(mapi.TagFolderId)
		p.name = planName(p.fetch)
	}
	return p
}
