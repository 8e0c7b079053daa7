package object

import (
	"context"
	"maps"
	"slices"

	"github.com/mapid/mapid/store"
)

// stages are the values in pieces that wait in the working copies of one message and what hangs on it. Whichever of
// their handles is closed last drops what no save took.
type stages struct {
	logon   *Logon
	holders int
	ids     map[store.StageID]struct{}
	streams map[store.StageID]*content // streams that still write to what they gave to a working copy
}

// newStages returns the stages of a message for its first handle.
func newStages(l *Logon) *stages { return &stages{logon: l, holders: 1} }

// hold counts a further handle.
func (s *stages) hold() { s.holders++ }

// release is called when a handle is closed.
func (s *stages) release() {
	if s.holders--; s.holders > 0 || len(s.ids) == 0 {
		return
	}
	ids := slices.Collect(maps.Keys(s.ids))
	s.ids = nil
	// What can't be dropped now is gone when the store is opened again.
	_ = s.drop(context.Background(), ids...)
}

// add takes a stage over.
func (s *stages) add(id store.StageID) {
	if s.ids == nil {
		s.ids = make(map[store.StageID]struct{})
	}
	s.ids[id] = struct{}{}
}

// drop forgets stages that no working copy needs any more.
func (s *stages) drop(ctx context.Context, ids ...store.StageID) error {
	ids = slices.DeleteFunc(ids, func(id store.StageID) bool {
		delete(s.ids, id)
		return id == 0 || s.giveBack(id)
	})
	if len(ids) == 0 {
		return nil
	}
	return s.logon.env.Store.Update(context.WithoutCancel(ctx), store.Scope{}, func(tx store.Tx) error { return tx.DropStage(ids...) })
}

// taken forgets the stages that a save took.
func (s *stages) taken(ids []store.StageID) {
	for _, id := range ids {
		delete(s.ids, id)
		if c := s.streams[id]; c != nil { // it goes on with the property, which has been stored
			c.place, c.stage, c.shared = inObject, 0, false
			delete(s.streams, id)
		}
	}
}

// share notes a stream that gave its stage to a working copy and may write on.
func (s *stages) share(id store.StageID, c *content) {
	if s.streams == nil {
		s.streams = make(map[store.StageID]*content)
	}
	s.streams[id] = c
}

// giveBack makes a stage that no working copy needs any more its stream's own again; false if there is none.
func (s *stages) giveBack(id store.StageID) bool {
	c := s.streams[id]
	if c != nil {
		c.shared = false
		delete(s.streams, id)
	}
	return c != nil
}
