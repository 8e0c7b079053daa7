package exec_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// Free and busy times stand in a message per user in the site's folder below SCHEDULE+ FREE BUSY, [MS-OXOPFFB] 2.2.1. What
// follows is what Outlook 2003 and 2007 do about them.

// freeBusySubject names the message of a user, [MS-OXOPFFB] 2.2.1.2: what follows the administrative group in the DN.
func freeBusySubject(dn string) string {
	at := strings.Index(strings.ToLower(dn), "/cn=recipients")
	return "USER-" + strings.ToUpper(dn[at:])
}

// month is the form of a month in PidTagScheduleInfoMonths….
func month(year int, m time.Month) int32 { return int32(year*16 + int(m)) }

// busyTimes are the pairs of minutes since the beginning of a month between which somebody is busy.
func busyTimes(minutes ...uint16) string {
	var b []byte
	for _, m := range minutes {
		b = binary.LittleEndian.AppendUint16(b, m)
	}
	return string(b)
}

// freeBusy are the properties that a client publishes, [MS-OXOPFFB] 2.2.1.
func freeBusy(owner string, times string) []prop.Tagged {
	months, busy := prop.Multi(mapi.PtypMultiInteger32, []int32{month(2026, time.January)}), prop.Multi(mapi.PtypMultiBinary, []string{times})
	return []prop.Tagged{
		text(mapi.TagSubject, freeBusySubject(owner)), text(mapi.TagFreeBusyMessageEmailAddress, strings.ToUpper(owner)),
		number(mapi.TagFreeBusyPublishStart, 222000000), number(mapi.TagFreeBusyPublishEnd, 222100000),
		{Tag: mapi.TagFreeBusyRangeTimestamp, Value: prop.Time(mapi.NewFileTime(epoch))},
		{Tag: mapi.TagScheduleInfoMonthsMerged, Value: months}, {Tag: mapi.TagScheduleInfoFreeBusyMerged, Value: busy},
		{Tag: mapi.TagScheduleInfoMonthsBusy, Value: months}, {Tag: mapi.TagScheduleInfoFreeBusyBusy, Value: busy},
		{Tag: mapi.TagScheduleInfoDelegatorWantsInfo, Value: prop.Bool(true)}, number(mapi.TagScheduleInfoResourceType, 0),
	}
}

// siteFolder opens the folder of free and busy times at index 1, as a client finds it: by its name below the one that
// RopLogon names.
func (w *world) siteFolder() mapi.ID {
	w.t.Helper()
	l := one[*rop.LogonResponse](w, &rop.LogonRequest{OpenFlags: mapi.OpenPublic})
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidScheduleFree]})
	one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, 2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagFolderId, mapi.TagDisplayName}})
	f := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Restriction: equals(text(mapi.TagDisplayName, siteName)), Origin: mapi.BookmarkBeginning})
	if f.RowData == nil || f.RowData.Values[0].ObjectID() != l.FolderIDs[fidSiteFree] {
		w.t.Fatalf("the site's folder is %v, RopLogon says %v", f.RowData, l.FolderIDs[fidSiteFree])
	}
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidSiteFree]})
	return l.FolderIDs[fidSiteFree]
}

func equals(p prop.Tagged) prop.PropertyRestriction {
	return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: p.Tag, Value: p}
}

// lookUp opens the message of a user at index 3, as a client looks for it.
func (w *world) lookUp(folder mapi.ID, dn string, by mapi.PropTag, mode uint8) bool {
	w.t.Helper()
	w.contents(mapi.TagMid, mapi.TagFolderId, mapi.TagSubject, mapi.TagNormalizedSubject)
	resp := w.run(&rop.FindRowRequest{In: in(2), Restriction: equals(text(by, freeBusySubject(dn))), Origin: mapi.BookmarkBeginning})[0].(*rop.FindRowResponse)
	if resp.ReturnValue == mapi.ErrNotFound {
		return false
	}
	if resp.RowData == nil || resp.RowData.Values[1].ObjectID() != folder {
		w.t.Fatalf("found %v: %v", resp.RowData, resp.ReturnValue)
	}
	one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
		InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, MessageID: resp.RowData.Values[0].ObjectID(), OpenModeFlags: mode,
	})
	return true
}

// publish is what Outlook does when a calendar changed.
func (w *world) publish(dn, times string) {
	w.t.Helper()
	folder := w.siteFolder()
	if !w.lookUp(folder, dn, mapi.TagSubject, mapi.OpenModeReadWrite) {
		one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: folder})
	}
	if problems := w.set(3, freeBusy(dn, times)...); len(problems) > 0 {
		w.t.Fatalf("problems %v", problems)
	}
	w.save(3)
}

// TestFreeBusy: published by one user, read by another, whichever way a client looks for it.
func TestFreeBusy(t *testing.T) {
	t.Parallel()
	first, second := busyTimes(600, 660, 2000, 2060), busyTimes(600, 720)
	for _, profile := range []string{"exchange2003", "exchange2007", "exchange2010-sp1"} {
		w := newWorld(t, withProfile(profile))
		b := w.with("bob")
		if b.lookUp(b.siteFolder(), aliceDN, mapi.TagSubject, mapi.OpenModeReadOnly) {
			t.Errorf("%s: there before it was published", profile)
		}
		for _, times := range []string{first, second} {
			w.publish(aliceDN, times)
			w.publish(carolDN, busyTimes(1, 2)) // as her delegate
			for _, by := range []mapi.PropTag{mapi.TagSubject, mapi.TagNormalizedSubject} {
				if !b.lookUp(b.siteFolder(), aliceDN, by, mapi.OpenModeReadOnly) {
					t.Fatalf("%s: not found by %v", profile, by)
				}
				v := b.props(3, mapi.TagScheduleInfoFreeBusyMerged, mapi.TagScheduleInfoMonthsMerged, mapi.TagFreeBusyMessageEmailAddress)
				if got := prop.Elements[string](v[0]); !slices.Equal(got, []string{times}) {
					t.Errorf("%s: busy %x", profile, got)
				}
				if got := prop.Elements[int32](v[1]); !slices.Equal(got, []int32{0x7EA1}) {
					t.Errorf("%s: months %x", profile, got)
				}
				if v[2].Str() != strings.ToUpper(aliceDN) {
					t.Errorf("%s: address %q", profile, v[2].Str())
				}
			}
		}
		// Outlook 2007 reads several users at once.
		b.contents(mapi.TagMid, mapi.TagSubject, mapi.TagScheduleInfoFreeBusyMerged)
		one[*rop.RestrictResponse](b, &rop.RestrictRequest{In: in(2), Restriction: prop.OrRestriction{Parts: []prop.Restriction{
			equals(text(mapi.TagSubject, freeBusySubject(aliceDN))), equals(text(mapi.TagSubject, freeBusySubject(bobDN))),
		}}})
		if got := subjects(b.rows(10), 1); !slices.Equal(got, []string{"USER-/CN=RECIPIENTS/CN=ALICE"}) {
			t.Errorf("%s: restricted to alice and bob: %q", profile, got)
		}
	}
}

// TestFreeBusyRights: everybody publishes, and delegates for others; an administrator may take that back.
func TestFreeBusyRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(aliceDN, busyTimes(1, 2))
	b := w.with("bob")
	folder := b.siteFolder()
	b.expectPermissions(0, `0 "" 47B`, `-1 "Anonymous" 000`)
	if !b.lookUp(folder, aliceDN, mapi.TagSubject, mapi.OpenModeReadWrite) {
		t.Fatal("not found")
	}
	if got := b.code(saveRequest(3, 0)); got != mapi.Success {
		t.Errorf("a delegate publishes: %v", got)
	}
	if got := b.code(modifyPermissions(0)); got != mapi.ErrAccessDenied {
		t.Errorf("a user changes permissions: %v", got)
	}
	w.publicLogon(true)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: folder})
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionModify, "", 0, mapi.RoleAuthor)))
	b.publish(bobDN, busyTimes(3, 4))
	b.publish(bobDN, busyTimes(3, 5))
	b.lookUp(folder, aliceDN, mapi.TagSubject, mapi.OpenModeReadOnly)
	open := &rop.OpenMessageRequest{InOut: inOut(0, 4), CodePageID: 0x0FFF, FolderID: folder, MessageID: b.props(3, mapi.TagMid)[0].ObjectID(), OpenModeFlags: mapi.OpenModeReadWrite}
	if got := b.code(open); got != mapi.ErrAccessDenied {
		t.Errorf("somebody else's, for authors: %v", got)
	}
	if got := b.code(&rop.DeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{open.MessageID}}); got != mapi.Success {
		t.Errorf("delete: %v", got)
	}
	if !b.lookUp(folder, aliceDN, mapi.TagSubject, mapi.OpenModeReadOnly) {
		t.Error("an author deleted somebody else's")
	}
}

// TestLocalFreeBusy: what Outlook keeps in the mailbox about publishing and delegates, [MS-OXOSFLD] 2.2.6 and [MS-OXODLGT]
// 2.2.2.2.
func TestLocalFreeBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	id := w.localFreeBusy()
	w.openAt(3, id, mapi.OpenModeReadWrite)
	if v := w.props(3, mapi.TagMessageClass)[0]; v.Str() != "IPM.Microsoft.ScheduleData.FreeBusy" {
		t.Errorf("class %q", v.Str())
	}
	bob := string(msgprops.AddressBookEntryID{DN: bobDN}.Bytes())
	want := []prop.Tagged{
		{Tag: mapi.TagScheduleInfoDelegateEntryIds, Value: prop.Multi(mapi.PtypMultiBinary, []string{bob})},
		{Tag: mapi.TagScheduleInfoDelegateNames, Value: prop.Multi(mapi.PtypMultiString, []string{"Bob Brown"})},
		{Tag: mapi.TagDelegateFlags, Value: prop.Multi(mapi.PtypMultiInteger32, []int32{1})},
		{Tag: mapi.TagScheduleInfoDontMailDelegates, Value: prop.Bool(false)}, {Tag: mapi.TagScheduleInfoDelegatorWantsCopy, Value: prop.Bool(true)},
		{Tag: mapi.TagScheduleInfoAutoAcceptAppointments, Value: prop.Bool(false)}, number(mapi.TagFreeBusyCountMonths, 2),
	}
	w.set(3, want...)
	w.save(3)
	w.openAt(4, id, mapi.OpenModeReadOnly)
	for _, p := range want {
		if v := w.props(4, p.Tag)[0]; !v.Equal(p.Value) {
			t.Errorf("%v: %v, want %v", p.Tag, v, p.Value)
		}
	}
}

// localFreeBusy is the message that PidTagFreeBusyEntryIds of the inbox, at index 1, names; 0 if it names none.
func (w *world) localFreeBusy() mapi.ID {
	w.t.Helper()
	ids := prop.Elements[string](w.props(1, mapi.TagFreeBusyEntryIds)[0])
	if len(ids) != 4 {
		w.t.Fatalf("PidTagFreeBusyEntryIds: %x", ids)
	}
	if ids[1] == "" {
		return 0
	}
	e, err := msgprops.ParseMessageEntryID([]byte(ids[1]))
	if err != nil {
		w.t.Fatal(err)
	}
	return mapi.NewID(1, e.Message.GlobalCounter)
}

// TestPitfall30DanglingLocalFreeBusy: a reference to a message that is gone is no reference: clients' dialogs about
// delegates break on it.
func TestPitfall30DanglingLocalFreeBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	id := w.localFreeBusy()
	w.openAt(3, id, mapi.OpenModeReadOnly)
	folder := w.props(3, mapi.TagFolderId)[0].ObjectID()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: folder})
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: []mapi.ID{id}})
	for name, fid := range map[string]mapi.ID{"Inbox": l.FolderIDs[fidInbox], "Root": l.FolderIDs[fidRoot]} {
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: fid})
		if got := w.localFreeBusy(); got != 0 {
			t.Errorf("%s still names %v", name, got)
		}
		if v := prop.Elements[string](w.props(1, mapi.TagFreeBusyEntryIds)[0]); v[3] == "" {
			t.Errorf("%s does not name the folder any more", name)
		}
	}
}
