package notify

import (
	"context"
	"errors"

	"github.com/mapid/mapid/store"
)

// Homes finds the folders that messages are in. Those that are gone have none any more.
func Homes(ctx context.Context, st store.Store, ids []store.MessageID) (map[store.MessageID]store.FolderID, error) {
	homes := make(map[store.MessageID]store.FolderID)
	return homes, st.View(ctx, store.Scope{}, func(r store.Reader) error {
		for _, id := range ids {
			if homes[id] != 0 || id == 0 {
				continue
			}
			m, err := r.Message(id)
			switch {
			case errors.Is(err, store.ErrNotFound): // or no message at all
			case err != nil:
				return err
			default:
				homes[id] = m.Folder
			}
		}
		return nil
	})
}
