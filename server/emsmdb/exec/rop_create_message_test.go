package exec_test

import (
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// TestCreateMessageInitialProperties: [MS-OXCMSG] 3.2.5.2 with its notes 21 to 24.
func TestCreateMessageInitialProperties(t *testing.T) {
	t.Parallel()
	now := prop.Time(mapi.NewFileTime(epoch))
	notFound := prop.Error(mapi.ErrNotFound)
	alice := prop.String("Alice Adams")
	for _, tt := range []struct {
		profile                        string
		flags, access                  uint32
		creator, modified, list, trust prop.Value
	}{
		{"exchange2007", 0x09, 3, alice, now, prop.String(""), prop.Int32(1)},
		{"exchange2010-sp1", 0x409, 3, alice, now, prop.String(""), notFound},
		{"exchange2013", 0x409, 7, notFound, notFound, prop.String(""), notFound},
		{"exchange2016", 0x409, 7, notFound, notFound, notFound, notFound},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			l := w.inbox()
			r := one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox]})
			if r.MessageID != nil {
				t.Errorf("message id %v before it is saved", *r.MessageID)
			}
			for _, p := range []struct {
				tag  mapi.PropTag
				want prop.Value
			}{
				{mapi.TagImportance, prop.Int32(1)},
				{mapi.TagMessageClass, prop.String("IPM.Note")},
				{mapi.TagSensitivity, prop.Int32(0)},
				{mapi.TagMessageFlags, prop.Uint32(tt.flags)},
				{mapi.TagHasAttachments, prop.Bool(false)},
				{mapi.TagHasNamedProperties, prop.Bool(false)},
				{mapi.TagAccess, prop.Uint32(tt.access)},
				{mapi.TagAccessLevel, prop.Int32(1)},
				{mapi.TagCreationTime, now},
				{mapi.TagLastModificationTime, tt.modified},
				{mapi.TagCreatorName, tt.creator},
				{mapi.TagLastModifierName, tt.creator},
				{mapi.TagDisplayTo, tt.list},
				{mapi.TagDisplayCc, tt.list},
				{mapi.TagDisplayBcc, tt.list},
				{mapi.TagTrustSender, tt.trust},
				{mapi.TagMid, notFound},
				{mapi.TagEntryId, notFound},
				{mapi.TagChangeKey, notFound},
			} {
				if got := w.props(3, p.tag)[0]; !got.Equal(p.want) {
					t.Errorf("%v = %v, want %v", p.tag, got, p.want)
				}
			}
			if got := w.props(3, mapi.TagSearchKey)[0]; len(got.Bytes()) != 16 {
				t.Errorf("search key %v", got)
			}
			if got := w.props(3, mapi.TagMessageSize)[0]; got.Int() <= 0 {
				t.Errorf("size %v", got)
			}
		})
	}
}

// TestCreateMessageIsNotThereBeforeItIsSaved: [MS-OXCMSG] 3.2.5.2.
func TestCreateMessageIsNotThereBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	before := w.contents(mapi.TagMid)
	w.create()
	w.set(3, text(mapi.TagSubject, "Hello"))
	if got := w.contents(mapi.TagMid); got != before {
		t.Errorf("%d rows, %d before", got, before)
	}
	one[*rop.GetPropertiesListResponse](w, &rop.GetPropertiesListRequest{In: in(3)})
	id := w.save(3)
	if got := w.contents(mapi.TagMid); got != before+1 {
		t.Errorf("%d rows after saving, %d before", got, before)
	}
	if got := w.find("Hello"); got != id {
		t.Errorf("id %v, the save said %v", got, id)
	}
}

// TestCreateAssociatedMessage: configuration stands in its own list, [MS-OXCMSG] 2.2.3.2.1.
func TestCreateAssociatedMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	normal := w.contents(mapi.TagMid)
	associated := func() uint32 {
		return one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: mapi.TableAssociated}).RowCount
	}
	before := associated()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{
		InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], AssociatedFlag: true,
	})
	w.set(3, text(mapi.TagMessageClass, "IPM.Configuration.CategoryList"), prop.Tagged{Tag: mapi.TagRoamingDatatypes, Value: prop.Int32(2)})
	id := w.save(3)
	if got := associated(); got != before+1 {
		t.Errorf("%d associated rows, %d before", got, before)
	}
	if got := w.contents(mapi.TagMid); got != normal {
		t.Errorf("%d normal rows, %d before", got, normal)
	}
	w.openAt(4, id, mapi.OpenModeReadWrite)
	v := w.props(4, mapi.TagAssociated, mapi.TagMessageFlags, mapi.TagMessageClass)
	if !v[0].Bool() || uint32(v[1].Bits())&mapi.MfFAI == 0 || v[2].Str() != "IPM.Configuration.CategoryList" {
		t.Errorf("properties = %v", v)
	}
	w.set(4, number(mapi.TagRoamingDatatypes, 4))
	w.save(4)
	if got := associated(); got != before+1 {
		t.Errorf("%d associated rows after a change, %d before", got, before)
	}
}

// TestCreateMessageInAnyFolder: also those that clients show nobody.
func TestCreateMessageInAnyFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	for i, fid := range l.FolderIDs {
		if i == 2 { // the spooler queue is a search folder
			continue
		}
		if got := w.code(&rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: fid}); got != mapi.Success {
			t.Errorf("folder %d of the logon: %v", i, got)
			continue
		}
		w.save(3)
		if got := w.props(3, mapi.TagFolderId)[0].ObjectID(); got != fid {
			t.Errorf("folder %d of the logon: it is in %v", i, got)
		}
	}
}

func TestCreateMessageRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	w.contents(mapi.TagMid)
	inbox := l.FolderIDs[fidInbox]
	for _, tt := range []struct {
		name  string
		index uint8
		page  uint16
		fid   mapi.ID
		want  mapi.ErrorCode
	}{
		{"NoFolder", 0, 0x0FFF, mapi.NewID(1, 0xFFFFFF), mapi.ErrNotFound},
		{"ZeroFolder", 0, 0x0FFF, 0, mapi.ErrNotFound},
		{"OtherReplica", 0, 0x0FFF, mapi.NewID(7, uint64(inbox.Counter())), mapi.ErrNotFound},
		{"UnknownCodePage", 0, 12345, inbox, mapi.ErrUnknownCodePage},
		{"OfATable", 2, 0x0FFF, inbox, mapi.ErrNullObject},
		{"NoObject", 6, 0x0FFF, inbox, mapi.ErrNullObject},
		{"CodePage", 0, 932, inbox, mapi.Success},
	} {
		if got := w.code(&rop.CreateMessageRequest{InOut: inOut(tt.index, 3), CodePageID: tt.page, FolderID: tt.fid}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestCreateMessageCodePage: 8-bit text of a message is in its own code page, [MS-OXCMSG] 2.2.3.2.1.
func TestCreateMessageCodePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 1251, FolderID: l.FolderIDs[fidInbox]})
	w.set(3, prop.Tagged{Tag: mapi.TagSubject.WithType(mapi.PtypString8), Value: prop.String8("\xcf\xf0\xe8\xe2\xe5\xf2")})
	if got := w.props(3, mapi.TagSubject)[0].Str(); got != "Привет" {
		t.Errorf("subject %q", got)
	}
	w.save(3)
	if got := w.props(3, mapi.TagSubject.WithType(mapi.PtypString8))[0].Str(); got != "\xcf\xf0\xe8\xe2\xe5\xf2" {
		t.Errorf("subject %q", got)
	}
}

// TestCreateMessageDenied: the code without the right is the version's own, [MS-OXCMSG] 3.2.5.2 <24>.
func TestCreateMessageDenied(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		want    mapi.ErrorCode
	}{
		{"exchange2007", mapi.ErrNoCreateRight}, {"exchange2010-sp1", mapi.ErrNoCreateRight}, {"exchange2013", mapi.ErrAccessDenied},
	} {
		w := newWorld(t, withProfile(tt.profile))
		l := w.publicLogon(false)
		if got := w.code(&rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[0]}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.profile, got, tt.want)
		}
	}
}

// TestCreateMessageReleasedUnsaved: a message that nobody saved leaves nothing.
func TestCreateMessageReleasedUnsaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	before := w.contents(mapi.TagMid)
	w.create()
	w.set(3, text(mapi.TagSubject, "Never saved"))
	w.run(&rop.ReleaseRequest{In: in(3)})
	if got := w.code(saveRequest(3, 0)); got != mapi.ErrInvalidObject && got != mapi.ErrNullObject {
		t.Errorf("saving a released message: %v", got)
	}
	if got := w.contents(mapi.TagMid); got != before {
		t.Errorf("%d rows, %d before", got, before)
	}
}

// TestCreateMessageSaysWhenItWasMade: a client may date a message until it is saved, and not after.
func TestCreateMessageSaysWhenItWasMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	then := prop.Time(mapi.NewFileTime(epoch.Add(-1000 * time.Hour)))
	w.created(prop.Tagged{Tag: mapi.TagCreationTime, Value: then}, prop.Tagged{Tag: mapi.TagLastModificationTime, Value: then})
	for i, v := range w.props(3, mapi.TagCreationTime, mapi.TagLastModificationTime) {
		if !v.Equal(then) {
			t.Errorf("time %d = %v, want %v", i, v, then)
		}
	}
}
