package object

import (
	"context"
	"slices"

	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// Follow implements table.Followed.
func (h *hierarchy) Follow(wake func()) (stop func()) {
	own := h.logon.session.Origin
	return h.logon.env.hub.Watch(notify.Scope{Mailbox: h.logon.mailbox.ID}, func(c *store.Change) {
		if h.changes.Note(c, h.ownQuiet && own != 0 && c.Origin == own) {
			wake()
		}
	})
}

// Mark implements table.Followed.
func (h *hierarchy) Mark() {
	h.told, h.marked = [][]view.Entry{h.list}, h.read != 0
	h.changes.Take()
	h.show()
}

// Looked implements table.Followed.
func (h *hierarchy) Looked() {
	switch {
	case h.lost:
	case !h.marked:
		h.Mark()
	case slices.Equal(h.told[len(h.told)-1], h.list):
	case len(h.told) > maxSeen:
		h.lost = true
	default:
		h.told = append(h.told, h.list)
	}
}

// Steps implements table.Followed.
func (h *hierarchy) Steps(ctx context.Context, most int) ([]view.Step, bool, error) {
	changes := h.changes.Take() // first: what happens from here on is for the next call
	if len(changes.Others) == 0 && !changes.Listed && h.marked && !h.lost {
		return nil, true, nil
	}
	if h.restriction != nil { // which may look at counts
		h.read = 0
	}
	if err := h.Sync(ctx); err != nil {
		return nil, false, err
	}
	was, known := h.told, h.marked && !h.lost
	h.told, h.marked, h.lost = [][]view.Entry{h.list}, true, false
	h.show()
	if !known || changes.Many {
		return nil, false, nil
	}
	others := func(id store.MessageID) bool {
		_, ok := changes.Others[store.FolderID(id)]
		return ok
	}
	steps, ok := view.ListSteps(was, h.list, others, most)
	steps = slices.DeleteFunc(steps, func(s view.Step) bool {
		_, mine := changes.Own[store.FolderID(s.Row.ID)]
		return mine && !others(s.Row.ID)
	})
	return steps, ok, nil
}

// show notes which folders the client was told of.
func (h *hierarchy) show() {
	rows := make(map[store.FolderID]struct{}, len(h.list))
	for _, e := range h.list {
		rows[store.FolderID(e.ID)] = struct{}{}
	}
	h.changes.Show(rows)
}
