package exec_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// kindsOf says on which kinds of objects a ROP works, by letters, and what others are answered: ecNotSupported unless
// null is set, [MS-OXCMSG] 3.2.5.1 to 3.2.5.17.
type kindsOf struct {
	takes string // l logon, f folder, m message, a attachment, t table, s stream
	null  bool
}

var ropKinds = map[rop.ID]kindsOf{
	rop.OpenFolder: {"lf", false}, rop.OpenMessage: {"lf", true}, rop.GetHierarchyTable: {"f", false}, rop.GetContentsTable: {"f", false},
	rop.CreateMessage: {"lf", true}, rop.GetPropertiesSpecific: {"lfma", false}, rop.GetPropertiesAll: {"lfma", false},
	rop.GetPropertiesList: {"lfma", false}, rop.SetProperties: {"lfma", false}, rop.DeleteProperties: {"lfma", false},
	rop.SaveChangesMessage: {"m", false}, rop.RemoveAllRecipients: {"m", true}, rop.ModifyRecipients: {"m", true},
	rop.ReadRecipients: {"m", true}, rop.ReloadCachedInformation: {"m", true}, rop.SetMessageReadFlag: {"m", true},
	rop.SetColumns: {"t", false}, rop.SortTable: {"t", false}, rop.Restrict: {"t", false}, rop.QueryRows: {"t", false},
	rop.GetStatus: {"t", false}, rop.QueryPosition: {"t", false}, rop.SeekRow: {"t", false}, rop.SeekRowBookmark: {"t", false},
	rop.SeekRowFractional: {"t", false}, rop.CreateBookmark: {"t", false}, rop.CreateFolder: {"f", false}, rop.DeleteFolder: {"f", false},
	rop.DeleteMessages: {"f", false}, rop.GetMessageStatus: {"f", true}, rop.SetMessageStatus: {"f", true},
	rop.GetAttachmentTable: {"m", true}, rop.OpenAttachment: {"m", true}, rop.CreateAttachment: {"m", true}, rop.DeleteAttachment: {"m", true},
	rop.SaveChangesAttachment: {"a", false}, rop.SetReceiveFolder: {"l", false}, rop.GetReceiveFolder: {"l", false},
	rop.OpenStream: {"lfma", false}, rop.ReadStream: {"s", false}, rop.WriteStream: {"s", false}, rop.SeekStream: {"s", false},
	rop.SetStreamSize: {"s", false}, rop.MoveCopyMessages: {"f", false}, rop.MoveFolder: {"f", false}, rop.CopyFolder: {"f", false},
	rop.QueryColumnsAll: {"t", false}, rop.Abort: {"t", false}, rop.CopyTo: {"fma", false}, rop.CopyToStream: {"s", false},
	rop.CloneStream: {"s", false}, rop.GetPermissionsTable: {"f", false}, rop.ModifyPermissions: {"f", false},
	rop.GetOwningServers: {"l", false}, rop.LongTermIdFromId: {"l", false}, rop.IdFromLongTermId: {"l", false},
	rop.PublicFolderIsGhosted: {"l", false}, rop.OpenEmbeddedMessage: {"a", true}, rop.FindRow: {"t", false},
	rop.GetValidAttachments: {"m", true}, rop.GetNamesFromPropertyIds: {"lfma", false}, rop.GetPropertyIdsFromNames: {"lfma", false},
	rop.EmptyFolder: {"f", false}, rop.ExpandRow: {"t", false}, rop.CollapseRow: {"t", false}, rop.LockRegionStream: {"s", false},
	rop.UnlockRegionStream: {"s", false}, rop.CommitStream: {"s", false}, rop.GetStreamSize: {"s", false},
	rop.QueryNamedProperties: {"lfma", false}, rop.GetPerUserLongTermIds: {"l", false}, rop.GetPerUserGuid: {"l", false},
	rop.ReadPerUserInformation: {"l", false}, rop.WritePerUserInformation: {"l", false}, rop.SetReadFlags: {"f", true},
	rop.CopyProperties: {"fma", false}, rop.GetReceiveFolderTable: {"l", false}, rop.GetCollapseState: {"t", false},
	rop.SetCollapseState: {"t", false}, rop.SetPropertiesNoReplicate: {"lfma", false}, rop.DeletePropertiesNoReplicate: {"lfma", false},
	rop.GetStoreState: {"l", false}, rop.ResetTable: {"t", false}, rop.FreeBookmark: {"t", false}, rop.WriteAndCommitStream: {"s", false},
	rop.HardDeleteMessages: {"f", false}, rop.HardDeleteMessagesAndSubfolders: {"f", false}, rop.WriteStreamExtended: {"s", false},
}

// TestROPsByKindOfObject runs every ROP on every kind of object that it does not work on. Exchange 2007 has them all.
func TestROPsByKindOfObject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"), withHandles(1000))
	w.inbox()
	w.contents(mapi.TagMid)
	w.open("Budget 2026")
	w.attach(4, fileNamed("a.txt"), fileData("x"))
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(4, 5), PropertyTag: mapi.TagAttachDataBinary})
	const kinds = "lftmas" // by index of the handle table
	handles := slices.Clone(w.handles)
	for id, k := range ropKinds {
		for index, kind := range kinds {
			if slices.Contains([]rune(k.takes), kind) {
				continue
			}
			req := rop.Lookup(id).NewRequest()
			v := reflect.ValueOf(req).Elem()
			for _, field := range []string{"InputHandleIndex", "SourceHandleIndex", "DestHandleIndex", "ResponseHandleIndex", "OutputHandleIndex"} {
				if f := v.FieldByName(field); f.IsValid() {
					f.SetUint(uint64(index))
				}
			}
			if f := v.FieldByName("OutputHandleIndex"); f.IsValid() {
				f.SetUint(7)
			}
			if f := v.FieldByName("DataOffset"); f.IsValid() {
				f.SetUint(1) // a GUID follows 0
			}
			w.handles = slices.Clone(handles)
			want := mapi.ErrNoSupport
			if k.null {
				want = mapi.ErrNullObject
			}
			if id == rop.WriteStreamExtended {
				want = mapi.ErrNoSupport // which the version does not have anyway
			}
			if got := w.code(req); got != want {
				t.Errorf("%v on kind %c: %v, want %v", id, kind, got, want)
			}
		}
	}
}
