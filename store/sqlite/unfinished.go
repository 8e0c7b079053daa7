package sqlite

import (
	"errors"

	"github.com/mapid/mapid/store"
)

var errUnfinished = errors.New("sqlite: not written yet")

func (r *reader) ReadMarks(string, store.FolderID) ([]store.ReadMark, error) {
	return nil, errUnfinished
}
func (r *reader) PerUserFolders(string) ([]store.FolderID, error) { return nil, errUnfinished }
func (r *reader) UnreadOf(string, store.FolderID) (int64, error)  { return 0, errUnfinished }
func (t *tx) MarkRead(string, []store.MessageID, bool) ([]store.MessageID, error) {
	return nil, errUnfinished
}
