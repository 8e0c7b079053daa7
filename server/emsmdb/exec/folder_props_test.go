package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

func text(tag mapi.PropTag, s string) prop.Tagged {
	return prop.Tagged{Tag: tag, Value: prop.String(s)}
}

// TestFolderRename checks that a name is unique among siblings without regard to case, [MS-OXCFOLD] 2.2.2.2.2.5, and
// that a taken one spoils nothing else of the request.
func TestFolderRename(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		to      string
		problem mapi.ErrorCode
		want    string
	}{
		{"Free", "Third", mapi.Success, "Third"},
		{"OwnNameInOtherCase", "FIRST", mapi.Success, "FIRST"},
		{"OwnName", "First", mapi.Success, "First"},
		{"Taken", "second", mapi.ErrDuplicateName, "First"},
		{"Empty", "", mapi.ErrInvalidParameter, "First"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inbox := w.inbox().FolderIDs[fidInbox]
			id := w.makeFolder(1, 2, "First")
			w.makeFolder(1, 3, "Second")
			problems := w.set(2, text(mapi.TagComment, "before"), text(mapi.TagDisplayName, tt.to), text(mapi.TagContainerClass, "IPF.Contact"))
			if len(problems) > 1 || len(problems) == 1 != (tt.problem != mapi.Success) {
				t.Fatalf("problems = %v", problems)
			}
			for _, p := range problems {
				if p.Index != 1 || p.Tag != mapi.TagDisplayName || p.Code != tt.problem {
					t.Errorf("problem = %+v, want %v", p, tt.problem)
				}
			}
			v := w.props(2, mapi.TagDisplayName, mapi.TagComment, mapi.TagContainerClass)
			if v[0].Str() != tt.want || v[1].Str() != "before" || v[2].Str() != "IPF.Contact" {
				t.Errorf("properties = %v", v)
			}
			if names := w.folderNames(inbox, 0); names[tt.want] != id {
				t.Errorf("the table has %v", names)
			}
		})
	}
}

// TestFolderPropertiesAreSharedAtOnce checks that a change needs no save and is seen through any other handle,
// [MS-OXCPRPT] 3.2.5.4 and 3.2.5.5.
func TestFolderPropertiesAreSharedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	id := w.makeFolder(1, 2, "Shared")
	other := w.with("alice")
	other.logOn()
	if got := other.openFolder(id, 1, 0); got != mapi.Success {
		t.Fatal(got)
	}
	before := other.props(1, mapi.TagChangeKey, mapi.TagPredecessorChangeList)
	hidden := prop.Tagged{Tag: mapi.TagAttributeHidden, Value: prop.Bool(true)}
	w.set(2, hidden, text(mapi.TagComment, "c"), text(mapi.TagContainerClass, "IPF.Note"))
	v := other.props(1, mapi.TagAttributeHidden, mapi.TagComment, mapi.TagContainerClass, mapi.TagChangeKey, mapi.TagPredecessorChangeList)
	if !v[0].Bool() || v[1].Str() != "c" || v[2].Str() != "IPF.Note" || v[3].Equal(before[0]) || v[4].Equal(before[1]) {
		t.Errorf("after setting: %v", v)
	}
	one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{
		In: in(2), PropertyTags: []mapi.PropTag{mapi.TagAttributeHidden, mapi.TagComment, mapi.TagContainerClass, mapi.TagNativeBody},
	})
	for i, v := range other.props(1, mapi.TagAttributeHidden, mapi.TagComment, mapi.TagContainerClass) {
		if v.ErrorCode() != mapi.ErrNotFound {
			t.Errorf("deleted property %d = %v", i, v)
		}
	}
}

// TestFolderReadOnlyProperties checks that what the server computes can be neither set nor deleted, property by
// property, [MS-OXCFOLD] 2.2.2.
func TestFolderReadOnlyProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.makeFolder(1, 2, "Fixed")
	for _, tag := range []mapi.PropTag{
		mapi.TagAccess, mapi.TagChangeKey, mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagContentCount,
		mapi.TagContentUnreadCount, mapi.TagDeletedOn, mapi.TagFolderFlags, mapi.TagFolderId, mapi.TagParentEntryId, mapi.TagHierarchyChangeNumber,
		mapi.TagHierRev, mapi.TagMessageSize, mapi.TagMessageSizeExtended, mapi.TagSubfolders, mapi.TagLocalCommitTime,
		mapi.TagLocalCommitTimeMax, mapi.TagDeletedCountTotal, mapi.TagFolderType, mapi.TagRights, mapi.TagEntryId, mapi.TagRecordKey,
		mapi.TagSourceKey, mapi.TagParentSourceKey, mapi.TagObjectType, mapi.TagAddressBookEntryId,
	} {
		before := w.props(2, tag)[0]
		value := map[mapi.PropType]prop.Value{
			mapi.PtypInteger32: prop.Int32(77), mapi.PtypInteger64: prop.Int64(77), mapi.PtypBinary: prop.Binary([]byte("77")),
			mapi.PtypTime: prop.Time(77), mapi.PtypBoolean: prop.Bool(true),
		}[tag.Type()]
		if problems := w.set(2, prop.Tagged{Tag: tag, Value: value}); len(problems) != 1 || problems[0].Code != mapi.ErrComputed || problems[0].Tag != tag {
			t.Errorf("setting %v: %v", tag, problems)
		}
		r := one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{In: in(2), PropertyTags: []mapi.PropTag{tag}})
		if len(r.PropertyProblems) != 1 || r.PropertyProblems[0].Code != mapi.ErrComputed {
			t.Errorf("deleting %v: %v", tag, r.PropertyProblems)
		}
		if after := w.props(2, tag)[0]; !after.Equal(before) {
			t.Errorf("%v = %v, was %v", tag, after, before)
		}
	}
	r := one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagDisplayName}})
	if len(r.PropertyProblems) != 1 || r.PropertyProblems[0].Code != mapi.ErrAccessDenied {
		t.Errorf("deleting the name: %v", r.PropertyProblems)
	}
}

// TestFolderPropertyOfAnotherType checks that the two properties that folders keep apart are strings.
func TestFolderPropertyOfAnotherType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.makeFolder(1, 2, "Typed")
	for _, tag := range []mapi.PropTag{mapi.TagDisplayName, mapi.TagContainerClass} {
		p := prop.Tagged{Tag: tag.WithType(mapi.PtypBinary), Value: prop.Binary([]byte("x"))}
		if problems := w.set(2, p); len(problems) != 1 || problems[0].Code != mapi.ErrUnexpectedType {
			t.Errorf("%v: %v", tag, problems)
		}
	}
}

// TestFolderEditWithoutRight checks who may change properties: in 2007 and 2010 everybody who sees the folder, later
// only its owners, [MS-OXCPERM] 2.2.7 notes 3 and 4.
func TestFolderEditWithoutRight(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2007": mapi.Success, "exchange2010-sp1": mapi.Success, "exchange2013": mapi.ErrAccessDenied, "exchange2016": mapi.ErrAccessDenied,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			id := w.makeFolder(1, 2, "Of alice")
			w.permit(inbox, "bob", mapi.RoleReviewer)
			w.permit(id, "bob", mapi.RoleReviewer)
			bob := w.delegate("bob")
			if got := bob.openFolder(id, 1, 0); got != mapi.Success {
				t.Fatal(got)
			}
			got := bob.code(&rop.SetPropertiesRequest{In: in(1), PropertyValues: []prop.Tagged{text(mapi.TagComment, "by bob")}})
			if got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// TestFolderAddressBookEntryID is difference F9: until 2010 public folders that take mail have an entry id in the
// address book.
func TestFolderAddressBookEntryID(t *testing.T) {
	t.Parallel()
	for profile, has := range map[string]bool{"exchange2007": true, "exchange2010-sp1": true, "exchange2013": false} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			l := w.publicLogon(true)
			names := w.folderNames(l.FolderIDs[1], 0)
			want := prop.Error(mapi.ErrNotFound)
			if has {
				want = prop.Binary(msgprops.AddressBookEntryID{Type: mapi.DisplayForum, DN: w.entry("announcements").DN}.Bytes())
			}
			for name, id := range names {
				if got := w.openFolder(id, 1, 0); got != mapi.Success {
					t.Fatal(got)
				}
				v := w.props(1, mapi.TagAddressBookEntryId)[0]
				if name == "Announcements" && !v.Equal(want) || name != "Announcements" && v.ErrorCode() != mapi.ErrNotFound {
					t.Errorf("%s: %v", name, v)
				}
			}
		})
	}
}
