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
func (t *tx) SetFolderStaged(store.FolderID, store.Staged) error { return errUnfinished }
func (t *tx) DeleteFolder(store.FolderID, bool) error            { return errUnfinished }
func (t *tx) MoveFolder(store.FolderID, store.FolderMove) (store.Folder, error) {
	return store.Folder{}, errUnfinished
}
