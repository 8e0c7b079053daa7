package sqlite

import (
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Conditions that choose among the children of a folder, as the partial indexes want them spelled out.
var (
	livingChildren = []string{"deleted = 0 AND id <> parent"}
	takenAlong     = []string{"deleted <> 0 AND deleted = 2"} // soft-deleted with a folder above them
	allChildren    = []string{"deleted = 0 AND id <> parent", "deleted <> 0"}
)

// subtree lists a folder and those of the folders below it that can be reached by the conditions, parents first.
func (t *tx) subtree(f store.Folder, conditions []string) ([]store.Folder, error) {
	list := []store.Folder{f}
	for i := 0; i < len(list); i++ {
		for _, condition := range conditions {
			children, err := t.listFolders("WHERE parent = ? AND "+condition+" ORDER BY folded, id", int64(list[i].ID))
			if err != nil {
				return nil, err
			}
			list = append(list, children...)
		}
	}
	return list, nil
}

// sizes are the bytes of messages in folders: those that are living in themselves, and the soft-deleted.
func sizes(list []store.Folder) (living, deleted int64) {
	for _, f := range list {
		living += f.ContentSize + f.AssocSize
		deleted += f.DeletedSize
	}
	return living, deleted
}

// recount counts the children of a folder.
func (t *tx) recount(f store.FolderID) error {
	return t.c.exec(`UPDATE folder SET
		child_count = (SELECT count(*) FROM folder AS child WHERE child.parent = ?1 AND child.deleted = 0 AND child.id <> child.parent),
		gone_children = (SELECT count(*) FROM folder AS child WHERE child.parent = ?1 AND child.deleted <> 0) WHERE id = ?1`, int64(f))
}

// changeChildren notes that the children of a folder are not what they were.
func (t *tx) changeChildren(m store.MailboxID, f store.FolderID) error {
	if err := t.recount(f); err != nil {
		return err
	}
	t.touch(m, f)
	return t.c.exec("UPDATE folder SET hierarchy = hierarchy + 1, commit_max = max(commit_max, ?) WHERE id = ?", int64(t.time), int64(f))
}

// DeleteFolder deletes a folder and what is below it.
func (t *tx) DeleteFolder(id store.FolderID, hard bool) error {
	f, err := t.Folder(id)
	if err != nil {
		return err
	}
	if err := t.mayWrite(f.Mailbox); err != nil {
		return err
	}
	if f.Deleted && !hard {
		return fmt.Errorf("folder %d is deleted: %w", id, store.ErrNotFound)
	}
	conditions := livingChildren
	if hard {
		conditions = allChildren
	}
	list, err := t.subtree(f, conditions)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Special != store.SpecialCount {
			return fmt.Errorf("folder %d has a role: %w", d.ID, store.ErrDenied)
		}
	}
	cn, err := t.changeFolder(f, store.Edit{Set: []prop.Tagged{{Tag: mapi.TagDeletedOn, Value: prop.Time(t.time)}}})
	if err != nil {
		return err
	}
	if hard {
		err = t.removeFolders(f, list)
	} else {
		err = t.hideFolders(f, list)
	}
	if err == nil && !f.Deleted {
		err = t.bury(f.Parent, uint64(id), tombFolder, cn)
	}
	if err == nil {
		err = t.changeChildren(f.Mailbox, f.Parent)
	}
	if err != nil {
		return fmt.Errorf("delete folder %d: %w", id, err)
	}
	for _, d := range list {
		t.note(store.Change{Kind: store.FolderDeleted, Mailbox: d.Mailbox, Folder: d.ID, OldFolder: d.Parent, Number: cn})
	}
	return nil
}

// hideFolders makes living folders soft-deleted.
func (t *tx) hideFolders(top store.Folder, list []store.Folder) error {
	for _, d := range list {
		state := int64(2)
		if d.ID == top.ID {
			state = 1
		}
		err := t.c.exec("UPDATE folder SET deleted = ?, gone_children = gone_children + child_count, child_count = 0 WHERE id = ?", state, int64(d.ID))
		if err != nil {
			return err
		}
		if err := t.c.exec("DELETE FROM receive_folder WHERE mailbox = ? AND folder = ?", int64(d.Mailbox), int64(d.ID)); err != nil {
			return err
		}
	}
	n, _ := sizes(list)
	if err := t.resize(top.Mailbox, -n, n); err != nil {
		return err
	}
	return t.rescan(top.Mailbox, list)
}

// removeFolders removes folders with everything in them.
func (t *tx) removeFolders(top store.Folder, list []store.Folder) error {
	var living, deleted int64
	for _, d := range list {
		a, b := sizes([]store.Folder{d})
		if d.Deleted {
			a, b = 0, a+b
		}
		living, deleted = living-a, deleted-b
		err := t.dropBags(`SELECT bag FROM folder WHERE id = ?1
			UNION ALL SELECT bag FROM message WHERE folder = ?1`, int64(d.ID))
		if err == nil {
			err = t.dropMembers(d)
		}
		if err != nil {
			return err
		}
		for _, q := range []string{
			"DELETE FROM read_state WHERE mid IN (SELECT mid FROM message WHERE folder = ?1)",
			"DELETE FROM outbox_recipient WHERE outbox IN (SELECT id FROM outbox JOIN message USING (mid) WHERE folder = ?1)",
			"DELETE FROM outbox WHERE mid IN (SELECT mid FROM message WHERE folder = ?1)",
			"DELETE FROM permission WHERE folder = ?1",
			"DELETE FROM rule WHERE folder = ?1",
			"DELETE FROM tombstone WHERE folder = ?1",
			"DELETE FROM receive_folder WHERE mailbox = ?2 AND folder = ?1",
			"DELETE FROM message WHERE folder = ?1",
			"DELETE FROM folder WHERE id = ?1",
			"INSERT INTO gone_folder (mailbox, id) VALUES (?2, ?1)",
		} {
			if err := t.c.exec(q, int64(d.ID), int64(d.Mailbox)); err != nil {
				return err
			}
		}
	}
	return t.resize(top.Mailbox, living, deleted)
}

// MoveFolder moves a folder with what is below it, or brings it back.
func (t *tx) MoveFolder(id store.FolderID, to store.FolderMove) (store.Folder, error) {
	f, err := t.Folder(id)
	if err != nil {
		return store.Folder{}, err
	}
	if err := t.mayWrite(f.Mailbox); err != nil {
		return store.Folder{}, err
	}
	if err := t.mayHold(to.Parent, f); err != nil {
		return store.Folder{}, err
	}
	name := to.Name
	if name == "" {
		name = f.Name
	}
	if err := t.nameFree(to.Parent, name, id); err != nil {
		return store.Folder{}, err
	}
	cn, err := t.changeFolder(f, store.Edit{Remove: []mapi.PropTag{mapi.TagDeletedOn}})
	if err != nil {
		return store.Folder{}, err
	}
	err = t.c.exec("UPDATE folder SET parent = ?, name = ?, folded = ? WHERE id = ?", int64(to.Parent), name, fold(name), int64(id))
	if err == nil && f.Deleted {
		err = t.revive(f)
	}
	if err == nil && f.Parent != to.Parent {
		if err = t.changeChildren(f.Mailbox, f.Parent); err == nil && !f.Deleted {
			err = t.bury(f.Parent, uint64(id), tombFolder, cn)
		}
	}
	if err == nil {
		err = t.changeChildren(f.Mailbox, to.Parent)
	}
	if err == nil && (f.Deleted || f.Parent != to.Parent) {
		var list []store.Folder
		if list, err = t.subtree(f, livingChildren); err == nil {
			err = t.rescan(f.Mailbox, list)
		}
	}
	if err != nil {
		return store.Folder{}, fmt.Errorf("move folder %d to folder %d as %q: %w", id, to.Parent, name, err)
	}
	t.note(store.Change{Kind: store.FolderMoved, Mailbox: f.Mailbox, Folder: id, OldFolder: f.Parent, Parent: to.Parent, Number: cn})
	return t.Folder(id)
}

// mayHold checks that a folder can become the parent of f.
func (t *tx) mayHold(parent store.FolderID, f store.Folder) error {
	p, err := t.Folder(parent)
	switch {
	case err != nil:
		return err
	case p.Deleted:
		return fmt.Errorf("folder %d is deleted: %w", parent, store.ErrNotFound)
	case f.ID == f.Parent || p.Mailbox != f.Mailbox:
		return fmt.Errorf("folder %d can't move to folder %d: %w", f.ID, parent, store.ErrDenied)
	}
	for {
		if p.ID == f.ID {
			return fmt.Errorf("folder %d can't move below itself: %w", f.ID, store.ErrDenied)
		}
		if p.ID == p.Parent {
			return nil
		}
		if p, err = t.Folder(p.Parent); err != nil {
			return notThere(err)
		}
	}
}

// revive makes a soft-deleted folder a living one, with what was deleted along with it.
func (t *tx) revive(f store.Folder) error {
	list, err := t.subtree(f, takenAlong)
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := t.c.exec("UPDATE folder SET deleted = 0 WHERE id = ?", int64(d.ID)); err != nil {
			return err
		}
	}
	for _, d := range list {
		if err := t.recount(d.ID); err != nil {
			return err
		}
	}
	n, _ := sizes(list)
	return t.resize(f.Mailbox, n, -n)
}
