package object

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// folderTags are the computed properties of folders.
var folderTags = []mapi.PropTag{
	mapi.TagFolderId, mapi.TagParentFolderId, mapi.TagEntryId, mapi.TagParentEntryId, mapi.TagInstanceKey,
	mapi.TagRecordKey, mapi.TagSourceKey, mapi.TagParentSourceKey, mapi.TagDisplayName, mapi.TagContainerClass,
	mapi.TagFolderType, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagAssociatedContentCount,
	mapi.TagSubfolders, mapi.TagFolderChildCount, mapi.TagMessageSize, mapi.TagMessageSizeExtended,
	mapi.TagNormalMessageSize, mapi.TagNormalMessageSizeExtended, mapi.TagAssociatedMessageSize,
	mapi.TagAssociatedMessageSizeExtended, mapi.TagAccess, mapi.TagRights, mapi.TagFolderFlags, mapi.TagHasRules,
	mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagLocalCommitTime, mapi.TagLocalCommitTimeMax,
	mapi.TagHierRev, mapi.TagDeletedCountTotal, mapi.TagHierarchyChangeNumber, mapi.TagChangeKey,
	mapi.TagPredecessorChangeList, mapi.TagChangeNumber, mapi.TagStoreEntryId, mapi.TagStoreRecordKey,
	mapi.TagMappingSignature, mapi.TagAdditionalRenEntryIdsEx, mapi.TagAddressBookEntryId,
}

// Get implements Bag.
func (f *Folder) Get(ctx context.Context, tags []mapi.PropTag) ([]prop.Value, error) {
	s, err := f.seen(ctx)
	if err != nil {
		return nil, err
	}
	return f.logon.folderValues(ctx, s, tags)
}

// folderValues answers tags for a folder, in an open folder and in a row of a hierarchy table alike.
func (l *Logon) folderValues(ctx context.Context, s *cache.Folder, tags []mapi.PropTag) ([]prop.Value, error) {
	var failed error
	first := func(tag mapi.PropTag) prop.Value {
		v, err := l.folderComputed(ctx, s, tag)
		if err != nil {
			failed = err
		}
		return v
	}
	values, err := pick(tags, first, func([]mapi.PropTag) ([]store.Property, error) { return s.Props, nil })
	if err == nil {
		err = failed
	}
	return values, err
}

// List implements Bag.
func (f *Folder) List(ctx context.Context) ([]mapi.PropTag, error) {
	s, err := f.seen(ctx)
	if err != nil {
		return nil, err
	}
	first := func(tag mapi.PropTag) prop.Value {
		v, _ := f.logon.folderComputed(ctx, s, tag)
		return v
	}
	return listed(s.Props, first, folderTags), nil
}

// CodePage implements Bag.
func (f *Folder) CodePage() uint32 { return f.logon.session.CodePage }

// Logon implements Bag.
func (f *Folder) Logon() *Logon { return f.logon }

// folderComputed gives the properties of folders that are not stored, [MS-OXCFOLD] 2.2.2 and [MS-OXCPRPT] 2.2.1.
func (l *Logon) folderComputed(ctx context.Context, s *cache.Folder, tag mapi.PropTag) (prop.Value, error) {
	switch tag.ID() {
	case mapi.TagFolderId.ID():
		return prop.ID(mapi.NewID(ownReplica, uint64(s.ID))), nil
	case mapi.TagParentFolderId.ID():
		return prop.ID(mapi.NewID(ownReplica, uint64(s.Parent))), nil
	case mapi.TagEntryId.ID(), mapi.TagRecordKey.ID():
		return l.folderEntryID(s.ID), nil
	case mapi.TagParentEntryId.ID():
		return l.folderEntryID(s.Parent), nil
	case mapi.TagInstanceKey.ID():
		return instanceKey(uint64(s.ID), 0, 0), nil
	case mapi.TagSourceKey.ID():
		return stored(s, tag, l.gid(uint64(s.ID))), nil
	case mapi.TagParentSourceKey.ID():
		return l.parentSourceKey(ctx, s)
	case mapi.TagChangeKey.ID():
		return stored(s, tag, l.gid(uint64(s.Change))), nil
	case mapi.TagPredecessorChangeList.ID():
		return stored(s, tag, l.predecessors(s.Change)), nil
	case mapi.TagChangeNumber.ID():
		return prop.ID(mapi.NewID(ownReplica, uint64(s.Change))), nil
	case mapi.TagStoreEntryId.ID():
		return l.storeEntryID(), nil
	case mapi.TagStoreRecordKey.ID(), mapi.TagMappingSignature.ID():
		return prop.Binary(l.mailbox.GUID[:]), nil
	case mapi.TagAccess.ID():
		return prop.Uint32(l.rights(s).Access()), nil
	case mapi.TagRights.ID():
		return prop.Uint32(uint32(l.rights(s))), nil
	case mapi.TagFolderFlags.ID():
		return l.folderFlags(ctx, s)
	case mapi.TagAdditionalRenEntryIdsEx.ID():
		return l.additionalRenEx(ctx, s)
	case mapi.TagContentUnreadCount.ID():
		if l.perUser(false) {
			return l.unreadOf(ctx, s)
		}
	case mapi.TagFreeBusyEntryIds.ID():
		return l.freeBusyEntryIDs(ctx, s)
	case mapi.TagHasRules.ID():
		return prop.Bool(s.Rules && l.env.Profile.Rules.HasRules), nil
	case mapi.TagAddressBookEntryId.ID():
		return l.folderAddress(ctx, s)
	}
	return folderCounts(s, tag), nil
}

// stored returns a stored property if there is one, else computed: objects that came from elsewhere keep their keys.
func stored(s *cache.Folder, tag mapi.PropTag, computed prop.Value) prop.Value {
	if p, ok := s.Stored(tag.ID()); ok && !p.Value.IsZero() {
		return p.Value
	}
	return computed
}

// folderCounts gives what the store keeps of a folder.
func folderCounts(s *cache.Folder, tag mapi.PropTag) prop.Value {
	switch tag.ID() {
	case mapi.TagDisplayName.ID():
		return prop.String(s.Name)
	case mapi.TagContainerClass.ID():
		if s.Class == "" {
			return prop.Value{}
		}
		return prop.String(s.Class)
	case mapi.TagFolderType.ID():
		return prop.Int32(int32(s.Type))
	case mapi.TagContentCount.ID():
		return count(s.ContentCount)
	case mapi.TagContentUnreadCount.ID():
		return count(s.UnreadCount)
	case mapi.TagAssociatedContentCount.ID():
		return count(s.AssocCount)
	case mapi.TagSubfolders.ID():
		return prop.Bool(s.ChildCount > 0)
	case mapi.TagFolderChildCount.ID():
		return count(s.ChildCount)
	case mapi.TagDeletedCountTotal.ID():
		return count(s.DeletedCount)
	case mapi.TagMessageSize.ID():
		return size(s.ContentSize+s.AssocSize, tag)
	case mapi.TagNormalMessageSize.ID():
		return size(s.ContentSize, tag)
	case mapi.TagAssociatedMessageSize.ID():
		return size(s.AssocSize, tag)
	case mapi.TagCreationTime.ID():
		return prop.Time(s.Created)
	case mapi.TagLastModificationTime.ID(), mapi.TagLocalCommitTime.ID(), mapi.TagHierRev.ID():
		return prop.Time(s.Modified)
	case mapi.TagLocalCommitTimeMax.ID():
		return prop.Time(max(s.CommitMax, s.Modified))
	case mapi.TagHierarchyChangeNumber.ID():
		return prop.Uint32(s.HierarchyCount)
	}
	return prop.Value{}
}

// parentSourceKey is withheld for the calendar: with it, clients in cached mode lose the items of other people's
// calendars.
func (l *Logon) parentSourceKey(ctx context.Context, s *cache.Folder) (prop.Value, error) {
	if s.Special == store.SpecialCalendar {
		return notFound, nil
	}
	parent, err := l.state(ctx, s.Parent)
	if err != nil {
		return prop.Value{}, err
	}
	return stored(parent, mapi.TagSourceKey, l.gid(uint64(s.Parent))), nil
}

func (l *Logon) folderFlags(ctx context.Context, s *cache.Folder) (prop.Value, error) {
	flags := mapi.FolderFlagNormal
	if s.Type == store.FolderSearch {
		flags = mapi.FolderFlagSearch
	}
	if s.Rules {
		flags |= mapi.FolderFlagRules
	}
	ipm := l.mailbox.Special[store.SpecialIPMSubtree]
	for at := s; ; {
		if at.ID == ipm {
			flags |= mapi.FolderFlagIpm
			break
		}
		if at.Parent == at.ID || at.Parent == 0 {
			break
		}
		var err error
		if at, err = l.state(ctx, at.Parent); err != nil {
			return prop.Value{}, err
		}
	}
	return prop.Uint32(flags), nil
}

// additionalRenEx answers PidTagAdditionalRenEntryIdsEx, which is one value for the whole mailbox: clients look for
// it on the logon, on the root and on the inbox, [MS-OXOSFLD] 2.2.5. It is stored on the root.
func (l *Logon) additionalRenEx(ctx context.Context, s *cache.Folder) (prop.Value, error) {
	root, inbox := l.mailbox.Special[store.SpecialRoot], l.mailbox.Special[store.SpecialInbox]
	if s.ID != inbox || root == 0 {
		return prop.Value{}, nil
	}
	if _, ok := s.Stored(mapi.TagAdditionalRenEntryIdsEx.ID()); ok {
		return prop.Value{}, nil
	}
	r, err := l.state(ctx, root)
	if err != nil {
		return prop.Value{}, err
	}
	p, _ := r.Stored(mapi.TagAdditionalRenEntryIdsEx.ID())
	return p.Value, nil
}

// localFreeBusyAt is the place of the LocalFreebusy message in PidTagFreeBusyEntryIds, [MS-OXOSFLD] 2.2.6.
const localFreeBusyAt = 1

// freeBusyEntryIDs leaves a message that is gone out of PidTagFreeBusyEntryIds: clients' dialogs about delegates break on a
// reference that leads nowhere.
func (l *Logon) freeBusyEntryIDs(ctx context.Context, s *cache.Folder) (prop.Value, error) {
	p, ok := s.Stored(mapi.TagFreeBusyEntryIds.ID())
	ids := slices.Clone(prop.Elements[string](p.Value))
	if !ok || len(ids) <= localFreeBusyAt {
		return p.Value, nil
	}
	id, err := msgprops.ParseMessageEntryID([]byte(ids[localFreeBusyAt]))
	if err != nil || id.Message.DatabaseGUID != l.ReplicaGUID() {
		return p.Value, nil //nolint:nilerr // what a client keeps there otherwise is its own
	}
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		m, err := r.Message(store.MessageID(id.Message.GlobalCounter))
		if err == nil && m.Deleted {
			err = store.ErrNotFound
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		ids[localFreeBusyAt], err = "", nil
	}
	return prop.Multi(mapi.PtypMultiBinary, ids), err
}

// folderAddress answers PidTagAddressBookEntryId, the entry id in the address book of a public folder that takes mail,
// [MS-OXCFOLD] 2.2.2.2.1.4, as long as it is there.
func (l *Logon) folderAddress(ctx context.Context, s *cache.Folder) (prop.Value, error) {
	p, ok := s.Stored(mapi.TagAddressBookEntryId.ID())
	if !ok || !l.Public() {
		return notFound, nil
	}
	id, err := msgprops.ParseAddressBookEntryID(p.Value.Bytes())
	if err != nil || !l.env.Profile.Folder.AddressBookEntryID {
		return notFound, nil //nolint:nilerr // what nobody can read names nothing
	}
	dir, err := l.env.Directory.Snapshot(ctx)
	if err != nil {
		return prop.Value{}, err
	}
	if dir.ByDN(id.DN) == nil {
		return notFound, nil
	}
	return p.Value, nil
}

// count is a number of objects as a property.
func count(n int64) prop.Value { return prop.Int32(int32(min(n, math.MaxInt32))) }

// size is a number of bytes as a property of either width; the narrow one is clamped, [MS-OXCFOLD] 2.2.2.2.1.6.
func size(n int64, tag mapi.PropTag) prop.Value {
	if tag.Type() == mapi.PtypInteger64 {
		return prop.Int64(n)
	}
	return prop.Int32(int32(min(n, math.MaxInt32)))
}
