package view

import (
	"encoding/binary"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// TimeKey is the sort key of a message by time of delivery, 0 if it has none. Descending orders are the exact reverse of
// ascending ones, as in the store.
func TimeKey(dst []byte, t mapi.FileTime, descending bool) []byte {
	n := uint64(t)
	if descending {
		n = ^n
	}
	return binary.BigEndian.AppendUint64(dst, n)
}

// loadPage is how many messages are read at once for a whole order.
const loadPage = 4096

// LoadByTime gives the places of all messages of a selection by time.
func LoadByTime(sel store.Selection, descending bool) func(store.Reader, func(Place, store.MessageID) error) error {
	return func(r store.Reader, emit func(Place, store.MessageID) error) error {
		var key []byte
		var after store.Position
		for {
			list, err := r.Page(sel, after, descending, loadPage)
			if err != nil {
				return err
			}
			for _, p := range list {
				key = TimeKey(key[:0], p.Received, descending)
				if err := emit(Place{Key: key}, p.ID); err != nil {
					return err
				}
				after = p
			}
			if len(list) < loadPage {
				return nil
			}
		}
	}
}
