package object

import (
	"context"
	"math"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// storeSupport is PidTagStoreSupportMask: what the store can do, in the bits of MAPI's STORE_* flags: unique entry
// ids, search, modify, create, attachments, OLE, submit, notify, multiple values, categories, RTF, restrictions,
// sorting, and Unicode.
const storeSupport uint32 = 0x00040000 | 0x00000001 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 |
	0x00000040 | 0x00000080 | 0x00000100 | 0x00000200 | 0x00000400 | 0x00000800 | 0x00001000 | 0x00002000

// extendedRuleLimit is PidTagExtendedRuleSizeLimit in bytes.
const extendedRuleLimit = 0x8000

// validFolders is PidTagValidFolderMask: every folder that it has a bit for.
const validFolders = 0xFF

// logonTags are the computed properties of logons.
var logonTags = []mapi.PropTag{
	mapi.TagMailboxOwnerEntryId, mapi.TagMailboxOwnerName, mapi.TagUserEntryId, mapi.TagUserName, mapi.TagStoreEntryId,
	mapi.TagStoreRecordKey, mapi.TagEntryId, mapi.TagRecordKey, mapi.TagMappingSignature, mapi.TagStoreSupportMask,
	mapi.TagStoreState, mapi.TagContentCount, mapi.TagMessageSize, mapi.TagMessageSizeExtended, mapi.TagProhibitSendQuota,
	mapi.TagProhibitReceiveQuota, mapi.TagStorageQuotaLimit, mapi.TagExtendedRuleSizeLimit, mapi.TagLocaleId,
	mapi.TagSortLocaleId, mapi.TagCodePageId, mapi.TagOutOfOfficeState, mapi.TagDisplayName,
	mapi.TagSerializedReplidGuidMap, mapi.TagHierarchyServer, mapi.TagTestLineSpeed, mapi.TagValidFolderMask,
	mapi.TagIpmSubtreeEntryId, mapi.TagIpmOutboxEntryId, mapi.TagIpmWastebasketEntryId, mapi.TagIpmSentMailEntryId,
	mapi.TagViewsEntryId, mapi.TagCommonViewsEntryId, mapi.TagFinderEntryId, mapi.TagAccess, mapi.TagRights,
	mapi.TagAdditionalRenEntryIdsEx, mapi.TagMaximumSubmitMessageSize,
}

// entryFolders are the pointers to folders among a store's properties.
var entryFolders = map[uint16]store.Special{
	mapi.TagIpmSubtreeEntryId.ID(): store.SpecialIPMSubtree, mapi.TagIpmOutboxEntryId.ID(): store.SpecialOutbox,
	mapi.TagIpmWastebasketEntryId.ID(): store.SpecialDeletedItems, mapi.TagIpmSentMailEntryId.ID(): store.SpecialSentItems,
	mapi.TagViewsEntryId.ID(): store.SpecialViews, mapi.TagCommonViewsEntryId.ID(): store.SpecialCommonViews,
	mapi.TagFinderEntryId.ID(): store.SpecialSearch,
}

// Logon implements Bag.
func (l *Logon) Logon() *Logon { return l }

// CodePage implements Bag.
func (l *Logon) CodePage() uint32 { return l.session.CodePage }

// Get implements Bag.
func (l *Logon) Get(ctx context.Context, tags []mapi.PropTag) ([]prop.Value, error) {
	counted := slices.ContainsFunc(tags, func(t mapi.PropTag) bool { return t.ID() == mapi.TagContentCount.ID() })
	fresh, err := l.refreshed(ctx, counted)
	if err != nil {
		return nil, err
	}
	return pick(tags, fresh.computed, func([]mapi.PropTag) ([]store.Property, error) { return fresh.props, nil })
}

// List implements Bag.
func (l *Logon) List(ctx context.Context) ([]mapi.PropTag, error) {
	fresh, err := l.refreshed(ctx, true)
	if err != nil {
		return nil, err
	}
	return listed(fresh.props, fresh.computed, logonTags), nil
}

// logonState is what a logon's properties are made of, as of one moment.
type logonState struct {
	*Logon
	mailbox  *store.Mailbox
	props    []store.Property
	messages int64
	renEx    prop.Value
	quota    store.Quota
}

// refreshed reads them, with the number of messages, for which every folder is looked at, only if counted.
func (l *Logon) refreshed(ctx context.Context, counted bool) (*logonState, error) {
	m, err := l.env.mailboxes.Get(ctx, l.mailbox.ID)
	if err != nil {
		return nil, err
	}
	s := &logonState{Logon: l, mailbox: &m.Mailbox, props: m.Props}
	if s.quota, err = l.Quota(ctx); err != nil {
		return nil, err
	}
	root := s.mailbox.Special[store.SpecialRoot]
	if root != 0 && counted {
		err := l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
			folders, err := r.Folders(root, true, false)
			for i := range folders {
				s.messages += folders[i].ContentCount
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if root != 0 {
		f, err := l.env.folders.Get(ctx, root)
		if err != nil {
			return nil, err
		}
		p, _ := f.Stored(mapi.TagAdditionalRenEntryIdsEx.ID())
		s.renEx = p.Value
	}
	return s, nil
}

// computed gives the properties of a logon that are not stored, [MS-OXCSTOR] 2.2.2.
func (s *logonState) computed(tag mapi.PropTag) prop.Value {
	if special, ok := entryFolders[tag.ID()]; ok && !s.Public() {
		if f := s.mailbox.Special[special]; f != 0 {
			return s.folderEntryID(f)
		}
		return prop.Value{}
	}
	switch tag.ID() {
	case mapi.TagStoreEntryId.ID(), mapi.TagEntryId.ID():
		return s.storeEntryID()
	case mapi.TagStoreRecordKey.ID(), mapi.TagRecordKey.ID(), mapi.TagMappingSignature.ID():
		return prop.Binary(s.mailbox.GUID[:])
	case mapi.TagStoreSupportMask.ID():
		return prop.Uint32(storeSupport)
	case mapi.TagStoreState.ID():
		return prop.Uint32(s.StoreState())
	case mapi.TagContentCount.ID():
		return count(s.messages)
	case mapi.TagMessageSize.ID():
		return size(s.mailbox.Size, tag)
	case mapi.TagExtendedRuleSizeLimit.ID():
		return prop.Int32(extendedRuleLimit)
	case mapi.TagValidFolderMask.ID():
		return prop.Int32(validFolders)
	case mapi.TagSerializedReplidGuidMap.ID():
		return s.replidMap(tag)
	case mapi.TagHierarchyServer.ID():
		return prop.String(s.env.Server.Name)
	case mapi.TagTestLineSpeed.ID():
		return prop.Binary(make([]byte, lineSpeedBytes))
	case mapi.TagAccess.ID():
		return prop.Uint32(s.rights(nil).Access())
	case mapi.TagRights.ID():
		return prop.Uint32(uint32(s.rights(nil)))
	case mapi.TagAdditionalRenEntryIdsEx.ID():
		return s.renEx
	}
	if v := s.who(tag); !v.IsZero() {
		return v
	}
	return s.locale(tag)
}

// lineSpeedBytes is the size of PidTagTestLineSpeed, by which clients measure the connection.
const lineSpeedBytes = 4096

// who gives the properties that name the owner and the user.
func (s *logonState) who(tag mapi.PropTag) prop.Value {
	switch tag.ID() {
	case mapi.TagUserEntryId.ID():
		if !s.env.Profile.Logon.UserEntryID && !s.Public() {
			return prop.Value{}
		}
		return addressEntryID(&s.session.User)
	case mapi.TagUserName.ID():
		return prop.String(s.session.User.DisplayName)
	}
	if s.Public() {
		return prop.Value{}
	}
	switch tag.ID() {
	case mapi.TagMailboxOwnerEntryId.ID():
		return addressEntryID(&s.owner)
	case mapi.TagMailboxOwnerName.ID():
		return prop.String(s.owner.DisplayName)
	case mapi.TagDisplayName.ID():
		for i := range s.props {
			if s.props[i].Tag.ID() == tag.ID() {
				return prop.Value{} // it was set
			}
		}
		return prop.String("Mailbox - " + s.owner.DisplayName)
	case mapi.TagProhibitSendQuota.ID():
		return quota(s.quota.Send)
	case mapi.TagProhibitReceiveQuota.ID():
		return quota(s.quota.Receive)
	case mapi.TagStorageQuotaLimit.ID():
		return quota(s.quota.Warning)
	case mapi.TagMaximumSubmitMessageSize.ID():
		return quota(s.env.Profile.Submit.MaxSize)
	case mapi.TagOutOfOfficeState.ID():
		for i := range s.props {
			if s.props[i].Tag.ID() == tag.ID() {
				return prop.Value{}
			}
		}
		return prop.Bool(false)
	}
	return prop.Value{}
}

// quota is a limit in KiB; without a limit the property is absent.
func quota(kib uint32) prop.Value {
	if kib == 0 {
		return prop.Value{}
	}
	return prop.Int32(int32(min(kib, math.MaxInt32)))
}

// locale gives the properties that come from the connect's parameters, [MS-OXCSTOR] 2.2.2.1.1.
func (s *logonState) locale(tag mapi.PropTag) prop.Value {
	switch tag.ID() {
	case mapi.TagLocaleId.ID():
		return prop.Uint32(s.session.LCIDString)
	case mapi.TagSortLocaleId.ID():
		if s.env.Profile.Logon.SortLocaleID && s.session.LCIDSort != 0 {
			return prop.Uint32(s.session.LCIDSort)
		}
	case mapi.TagCodePageId.ID():
		return prop.Uint32(s.session.CodePage)
	}
	return prop.Value{}
}

// replidMap is PidTagSerializedReplidGuidMap, [MS-OXCSTOR] 2.2.2.1.1.13: pairs of replica id and GUID.
func (s *logonState) replidMap(tag mapi.PropTag) prop.Value {
	if tag.Type() != mapi.PtypBinary && tag.Type() != mapi.PtypUnspecified {
		return prop.Value{}
	}
	var w wire.Writer
	guid := s.ReplicaGUID()
	w.U16(ownReplica)
	w.Put(guid[:])
	return prop.Binary(w.Bytes())
}
