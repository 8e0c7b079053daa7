package exec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
)

// ok runs requests that must all succeed.
func (w *world) ok(reqs ...rop.Request) []rop.Response {
	w.t.Helper()
	resps := w.run(reqs...)
	for i, r := range resps {
		if h := r.Head(); h != nil && h.ReturnValue != mapi.Success {
			w.t.Fatalf("%d, %T: %v", i, r, h.ReturnValue)
		}
	}
	return resps
}

// byEntryID opens the folder of an entry id at an index, as clients do: by way of its long-term id.
func (w *world) byEntryID(entryID []byte, index uint8) mapi.ID {
	w.t.Helper()
	e, err := msgprops.ParseFolderEntryID(entryID)
	if err != nil {
		w.t.Fatal(err)
	}
	id := one[*rop.IdFromLongTermIdResponse](w, &rop.IdFromLongTermIdRequest{In: in(0), LongTermID: e.Folder}).ObjectID
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, index), FolderID: id})
	return id
}

// TestOutlookFindsDefaultFolders: at the first start every pointer on Inbox and root leads to a folder of the right
// class, whose name is in the mailbox's language; both carry the same pointers. [MS-OXOSFLD] 2.2.2 to 2.2.6.
func TestOutlookFindsDefaultFolders(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                                                                      string
		locale                                                                    uint32
		inbox, calendar, contacts, journal, notes, tasks, drafts, junk, conflicts string
	}{
		{"Unset", 0, "Inbox", "Calendar", "Contacts", "Journal", "Notes", "Tasks", "Drafts", "Junk E-mail", "Conflicts"},
		{"English", 0x409, "Inbox", "Calendar", "Contacts", "Journal", "Notes", "Tasks", "Drafts", "Junk E-mail", "Conflicts"},
		{"BritishEnglish", 0x809, "Inbox", "Calendar", "Contacts", "Journal", "Notes", "Tasks", "Drafts", "Junk E-mail", "Conflicts"},
		{"German", 0x407, "Posteingang", "Kalender", "Kontakte", "Journal", "Notizen", "Aufgaben", "Entwürfe", "Junk-E-Mail", "Konflikte"},
		{"SwissGerman", 0x807, "Posteingang", "Kalender", "Kontakte", "Journal", "Notizen", "Aufgaben", "Entwürfe", "Junk-E-Mail", "Konflikte"},
		{"French", 0x40C, "Boîte de réception", "Calendrier", "Contacts", "Journal", "Notes", "Tâches", "Brouillons", "Courrier indésirable", "Conflits"},
		{"Spanish", 0x40A, "Bandeja de entrada", "Calendario", "Contactos", "Diario", "Notas", "Tareas", "Borradores", "Correo electrónico no deseado", "Conflictos"},
		{"Italian", 0x410, "Posta in arrivo", "Calendario", "Contatti", "Diario", "Note", "Attività", "Bozze", "Posta indesiderata", "Conflitti"},
		{"Dutch", 0x413, "Postvak IN", "Agenda", "Contactpersonen", "Logboek", "Notities", "Taken", "Concepten", "Ongewenste e-mail", "Conflicten"},
		{"Brazilian", 0x416, "Caixa de Entrada", "Calendário", "Contatos", "Diário", "Anotações", "Tarefas", "Rascunhos", "Lixo Eletrônico", "Conflitos"},
		{"Russian", 0x419, "Входящие", "Календарь", "Контакты", "Дневник", "Заметки", "Задачи", "Черновики", "Нежелательная почта", "Конфликты"},
		{"WithoutTranslation", 0x415, "Inbox", "Calendar", "Contacts", "Journal", "Notes", "Tasks", "Drafts", "Junk E-mail", "Conflicts"},
		{"Japanese", 0x411, "受信トレイ", "予定表", "連絡先", "履歴", "メモ", "仕事", "下書き", "迷惑メール", "競合"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x", Locale: tt.locale}}}))
			l := w.inbox()
			pointers := []mapi.PropTag{
				mapi.TagIpmAppointmentEntryId, mapi.TagIpmContactEntryId, mapi.TagIpmJournalEntryId, mapi.TagIpmNoteEntryId, mapi.TagIpmTaskEntryId,
				mapi.TagIpmDraftsEntryId, mapi.TagRemindersOnlineEntryId, mapi.TagAdditionalRenEntryIds, mapi.TagAdditionalRenEntryIdsEx,
				mapi.TagFreeBusyEntryIds, mapi.TagDisplayName,
			}
			own := w.props(1, pointers...)
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidRoot]})
			delegates := w.props(2, pointers...)
			if !slices.EqualFunc(own[:10], delegates[:10], prop.Value.Equal) {
				t.Errorf("Inbox has %v, the root %v", own, delegates)
			}
			if own[10].Str() != tt.inbox {
				t.Errorf("the Inbox is called %q", own[10].Str())
			}
			check := func(entryID []byte, name, class string) {
				t.Helper()
				w.byEntryID(entryID, 3)
				if v := w.props(3, mapi.TagDisplayName, mapi.TagContainerClass, mapi.TagEntryId); v[0].Str() != name || v[1].Str() != class || !slices.Equal(v[2].Bytes(), entryID) {
					t.Errorf("%q of class %q, want %q of class %q", v[0].Str(), v[1].Str(), name, class)
				}
			}
			check(own[0].Bytes(), tt.calendar, "IPF.Appointment")
			check(own[1].Bytes(), tt.contacts, "IPF.Contact")
			check(own[2].Bytes(), tt.journal, "IPF.Journal")
			check(own[3].Bytes(), tt.notes, "IPF.StickyNote")
			check(own[4].Bytes(), tt.tasks, "IPF.Task")
			check(own[5].Bytes(), tt.drafts, "IPF.Note")
			check(own[6].Bytes(), "Reminders", "Outlook.Reminder")
			ren := prop.Elements[string](own[7])
			if len(ren) != 5 {
				t.Fatalf("%d of PidTagAdditionalRenEntryIds", len(ren))
			}
			check([]byte(ren[0]), tt.conflicts, "IPF.Note")
			check([]byte(ren[4]), tt.junk, "IPF.Note")
			list, err := msgprops.ParsePersistData(own[8].Bytes())
			if err != nil || len(list) != 5 {
				t.Fatalf("PidTagAdditionalRenEntryIdsEx: %v, %v", list, err)
			}
			for _, p := range list {
				w.byEntryID(p.EntryID, 3)
			}
			if v := w.props(0, mapi.TagAdditionalRenEntryIdsEx)[0]; !v.Equal(own[8]) {
				t.Errorf("on the logon %v", v)
			}
		})
	}
}

// TestOutlookFindsFreeBusyMessage: PidTagFreeBusyEntryIds leads to the LocalFreebusy message and its folder, which
// keeps what it says of delegates, [MS-OXOSFLD] 2.2.6 and [MS-OXODLGT] 2.2.2.2.
func TestOutlookFindsFreeBusyMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	ids := prop.Elements[string](w.props(1, mapi.TagFreeBusyEntryIds)[0])
	if len(ids) != 4 || ids[0] != "" || ids[2] != "" {
		t.Fatalf("PidTagFreeBusyEntryIds = %x", ids)
	}
	folder := w.byEntryID([]byte(ids[3]), 2)
	e, err := msgprops.ParseMessageEntryID([]byte(ids[1]))
	if err != nil || e.Folder.GlobalCounter != folder.Counter() {
		t.Fatalf("message %+v, folder %v, %v", e, folder, err)
	}
	one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
		InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, MessageID: mapi.NewID(1, e.Message.GlobalCounter), OpenModeFlags: mapi.OpenModeReadWrite,
	})
	v := w.props(3, mapi.TagMessageClass, mapi.TagScheduleInfoDelegatorWantsCopy, mapi.TagScheduleInfoDontMailDelegates, mapi.TagSubject, mapi.TagEntryId)
	if v[0].Str() != "IPM.Microsoft.ScheduleData.FreeBusy" || !v[1].Bool() || v[2].Bool() || v[3].Str() != "LocalFreebusy" || v[4].Str() != ids[1] {
		t.Errorf("message %v", v)
	}
}

// outlookNames are some of the names that Outlook maps at its start.
func outlookNames() []prop.Name {
	appointment, task, common := mapi.MustGUID("00062002-0000-0000-c000-000000000046"), mapi.MustGUID("00062003-0000-0000-c000-000000000046"), mapi.MustGUID("00062008-0000-0000-c000-000000000046")
	var names []prop.Name
	for _, set := range []struct {
		guid mapi.GUID
		lids []uint32
	}{
		{appointment, []uint32{0x8205, 0x8208, 0x820D, 0x820E, 0x8213, 0x8215, 0x8216, 0x8217, 0x8218, 0x8223, 0x8228, 0x8231, 0x8232}},
		{task, []uint32{0x8101, 0x8102, 0x8104, 0x8105, 0x811C, 0x8126}},
		{common, []uint32{0x8502, 0x8503, 0x8506, 0x850E, 0x8510, 0x8514, 0x8516, 0x8517, 0x8530, 0x8552, 0x8554, 0x8560, 0x8578, 0x85A0}},
	} {
		for _, lid := range set.lids {
			names = append(names, prop.Name{Kind: prop.NameLID, GUID: set.guid, LID: lid})
		}
	}
	return append(names, prop.Name{Kind: prop.NameString, GUID: mapi.MustGUID("00020329-0000-0000-c000-000000000046"), Text: "Keywords"})
}

// TestOutlookFirstStart is the sequence of an Outlook in online mode that opens a new profile, up to the list of
// messages and a message in the preview.
func TestOutlookFirstStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// Logging on, and asking at once for the receive folder and what the store is.
	store := []mapi.PropTag{
		mapi.TagMailboxOwnerEntryId, mapi.TagMailboxOwnerName, mapi.TagUserEntryId, mapi.TagProhibitSendQuota, mapi.TagMaximumSubmitMessageSize,
		mapi.TagLocaleId, mapi.TagOutOfOfficeState, mapi.TagSerializedReplidGuidMap, mapi.TagStoreState, mapi.TagStoreSupportMask, mapi.TagExtendedRuleSizeLimit,
	}
	resps := w.ok(
		&rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN},
		&rop.GetReceiveFolderRequest{In: in(0)},
		&rop.GetPropertiesSpecificRequest{In: in(0), WantUnicode: 1, PropertyTags: store},
	)
	l := resps[0].(*rop.LogonResponse)
	if got := resps[1].(*rop.GetReceiveFolderResponse).FolderID; got != l.FolderIDs[fidInbox] {
		t.Errorf("receive folder %v", got)
	}
	values := resps[2].(*rop.GetPropertiesSpecificResponse).RowData.Values
	owner, err := msgprops.ParseAddressBookEntryID(values[0].Bytes())
	if err != nil || !strings.EqualFold(owner.DN, aliceDN) || values[1].Str() != "Alice Adams" {
		t.Errorf("owner %+v, %v, %v", owner, values[1], err)
	}
	for i, v := range values {
		if v.Type() == mapi.PtypErrorCode && v.ErrorCode() != mapi.ErrNotFound {
			t.Errorf("%v: %v", store[i], v)
		}
	}
	// Names, ids, and the pointers.
	names := one[*rop.GetPropertyIdsFromNamesResponse](w, &rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: mapi.NamesCreate, PropertyNames: outlookNames()})
	if slices.Contains(names.PropertyIDs, 0) {
		t.Errorf("ids of names %04X", names.PropertyIDs)
	}
	for _, id := range l.FolderIDs {
		lt := one[*rop.LongTermIdFromIdResponse](w, &rop.LongTermIdFromIdRequest{In: in(0), ObjectID: id}).LongTermID
		if lt.DatabaseGUID != l.ReplGUID || lt.GlobalCounter != id.Counter() {
			t.Errorf("long-term id of %v is %+v", id, lt)
		}
	}
	w.ok(
		&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]}, &rop.OpenFolderRequest{InOut: inOut(0, 4), FolderID: l.FolderIDs[fidRoot]},
		&rop.GetReceiveFolderTableRequest{In: in(0)}, &rop.SetSpoolerRequest{In: in(0)}, &rop.GetAddressTypesRequest{In: in(0)},
		// Events of the whole store, and of one folder, as a capture of Outlook 2007 has them.
		&rop.RegisterNotificationRequest{InOut: inOut(0, 5), NotificationTypes: 0x007E, WantWholeStore: true},
		&rop.RegisterNotificationRequest{InOut: inOut(0, 6), NotificationTypes: 0x0078, FolderID: l.FolderIDs[fidInbox]},
	)
	// The views: one batch, in which nothing is found.
	for _, place := range []int{8, 11, 12} {
		resps := w.run(
			&rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[place]},
			&rop.GetContentsTableRequest{InOut: inOut(2, 3), TableFlags: mapi.TableAssociated},
			&rop.SetColumnsRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagFolderId, mapi.TagMid, mapi.TagMessageClass}},
			&rop.FindRowRequest{In: in(3), Restriction: prop.PropertyRestriction{
				RelOp: prop.RelOpEQ, Tag: mapi.TagMessageClass, Value: prop.Tagged{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Microsoft.FolderDesign.NamedView")},
			}},
		)
		if len(resps) != 4 || resps[3].Head().ReturnValue != mapi.ErrNotFound {
			t.Errorf("folder %d: %v", place, resps)
		}
	}
	// The list of folders, the list of messages, and one message.
	w.hierarchy(l.FolderIDs[fidIPM], mapi.TableDepth, mapi.TagFolderId, mapi.TagDisplayName, mapi.TagContentUnreadCount, mapi.TagSubfolders, mapi.TagContainerClass, mapi.TagAttributeHidden)
	if rows := w.rows(1000).Rows; len(rows) < 20 {
		t.Errorf("%d folders", len(rows))
	}
	columns := []mapi.PropTag{
		mapi.TagFolderId, mapi.TagMid, mapi.TagInstID, mapi.TagInstanceNum, mapi.TagMessageClass, mapi.TagMessageFlags, mapi.TagMessageStatus,
		mapi.TagHasAttachments, mapi.TagImportance, mapi.TagSubject, mapi.TagNormalizedSubject, mapi.TagSentRepresentingName, mapi.TagMessageDeliveryTime,
		mapi.TagMessageSize, mapi.TagIconIndex, mapi.TagFlagStatus, mapi.TagReplyTime, mapi.PropTag(uint32(names.PropertyIDs[0])<<16 | 0x0003),
		mapi.TagEntryId, mapi.TagInstanceKey,
	}
	resps = w.ok(
		&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]},
		&rop.GetContentsTableRequest{InOut: inOut(1, 2)},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: columns},
		&rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}},
		&rop.QueryPositionRequest{In: in(2)},
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 50},
		&rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkBeginning},
	)
	rows := resps[5].(*rop.QueryRowsResponse).Rows
	if total := resps[1].(*rop.GetContentsTableResponse).RowCount; int(total) != len(rows) || resps[4].(*rop.QueryPositionResponse).Denominator != total {
		t.Errorf("%d rows of %d", len(rows), total)
	}
	for _, row := range rows {
		for i, v := range row.Values {
			if v.Type() == mapi.PtypErrorCode && v.ErrorCode() != mapi.ErrNotFound { // any other code drops rows
				t.Errorf("%v: %v", columns[i], v)
			}
		}
	}
	at := slices.IndexFunc(rows, func(r prop.Row) bool { return r.Values[9].Str() == "Weekly newsletter" })
	if at < 0 {
		t.Fatal("no newsletter")
	}
	w.ok(
		&rop.OpenMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: rows[at].Values[0].ObjectID(), MessageID: rows[at].Values[1].ObjectID(), OpenModeFlags: mapi.OpenModeBestAccess},
		&rop.GetPropertiesSpecificRequest{In: in(3), WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagSubject, mapi.TagBody, mapi.TagHasAttachments, mapi.TagAccess}},
		&rop.OpenStreamRequest{InOut: inOut(3, 7), PropertyTag: mapi.TagHtml},
		&rop.ReadStreamRequest{In: in(7), ByteCount: 0xBABE, MaximumByteCount: 0x6000},
		&rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{InputHandleIndex: 3, ResponseHandleIndex: 3}, ReadFlags: mapi.ReadFlagSuppressReceipt},
	)
	// Leaving: handles in any order, the logon last.
	for _, index := range []uint8{7, 3, 2, 6, 5, 4, 1, 0} {
		w.run(&rop.ReleaseRequest{In: in(index)})
	}
	if got := w.session.Stats().Handles; got != 0 {
		t.Errorf("%d handles are left", got)
	}
}

// TestOutlookMakesMissingDefaultFolder: a client that finds no pointer makes the folder under its localised name and
// writes the pointer on Inbox and root; at the next start it is found. [MS-OXOSFLD] 4.2.
func TestOutlookMakesMissingDefaultFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	w.ok(
		&rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidRoot]}, &rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: l.FolderIDs[fidIPM]},
		&rop.DeletePropertiesRequest{In: in(1), PropertyTags: []mapi.PropTag{mapi.TagIpmJournalEntryId}},
		&rop.DeletePropertiesRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagIpmJournalEntryId}},
	)
	if v := w.props(1, mapi.TagIpmJournalEntryId)[0]; v.ErrorCode() != mapi.ErrNotFound {
		t.Fatalf("pointer %v", v)
	}
	made := one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{
		InOut: inOut(3, 4), FolderType: uint8(mapi.FolderTypeGeneric), UseUnicode: true, OpenExisting: true, DisplayName: "Mein Journal",
	})
	entryID := w.props(4, mapi.TagEntryId)[0]
	pointer := []prop.Tagged{{Tag: mapi.TagIpmJournalEntryId, Value: entryID}}
	for index, props := range map[uint8][]prop.Tagged{
		1: pointer, 2: pointer, 4: {{Tag: mapi.TagContainerClass, Value: prop.String("IPF.Journal")}, {Tag: mapi.TagDefaultPostMessageClass, Value: prop.String("IPM.Activity")}},
	} {
		if r := one[*rop.SetPropertiesResponse](w, &rop.SetPropertiesRequest{In: in(index), PropertyValues: props}); len(r.PropertyProblems) > 0 {
			t.Errorf("index %d: %v", index, r.PropertyProblems)
		}
	}
	again := w.with("alice")
	again.inbox()
	if got := again.byEntryID(again.props(1, mapi.TagIpmJournalEntryId)[0].Bytes(), 2); got != made.FolderID {
		t.Errorf("the pointer leads to %v, want %v", got, made.FolderID)
	}
	if v := again.props(2, mapi.TagContainerClass, mapi.TagDisplayName); v[0].Str() != "IPF.Journal" || v[1].Str() != "Mein Journal" {
		t.Errorf("folder %v", v)
	}
}

// TestOutlookPointersReadBackAsWritten: clients keep more in these properties than the server knows of; what they write
// comes back byte for byte. [MS-OXOSFLD] 2.2.4 and 2.2.5.
func TestOutlookPointersReadBackAsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidRoot]})
	props := []prop.Tagged{
		{Tag: mapi.TagAdditionalRenEntryIds, Value: prop.Multi(mapi.PtypMultiBinary, []string{"", "one", "", "\x00\x00", "junk", "further", ""})},
		{Tag: mapi.TagAdditionalRenEntryIdsEx, Value: prop.Binary([]byte{0x0A, 0x80, 4, 0, 9, 0, 0, 0, 0x77, 0x77, 2, 0, 1, 2, 0, 0, 0, 0})},
		{Tag: mapi.TagFreeBusyEntryIds, Value: prop.Multi(mapi.PtypMultiBinary, []string{"", "m", "", "f"})},
		{Tag: mapi.TagRemindersOnlineEntryId, Value: prop.Binary([]byte("reminders"))},
	}
	var tags []mapi.PropTag
	for _, p := range props {
		tags = append(tags, p.Tag)
	}
	for _, index := range []uint8{1, 2} {
		if r := one[*rop.SetPropertiesResponse](w, &rop.SetPropertiesRequest{In: in(index), PropertyValues: props}); len(r.PropertyProblems) > 0 {
			t.Errorf("problems %v", r.PropertyProblems)
		}
		for i, v := range w.props(index, tags...) {
			if !v.Equal(props[i].Value) {
				t.Errorf("%v = %v", tags[i], v)
			}
		}
	}
}

// TestOutlookConfigurationItems: what clients keep in associated messages comes back byte for byte, in the folder's
// associated table and nowhere else, and can be found by its class as clients look for it.
func TestOutlookConfigurationItems(t *testing.T) {
	t.Parallel()
	xml := []byte(`<?xml version="1.0"?>` + strings.Repeat("<e k=\"18-OLPrefsVersion\" v=\"9-1\"/>\x00\xFF", 3000))
	dictionary := []byte("<UserConfiguration><Info version=\"Outlook.14\"/></UserConfiguration>\x00\x01\x02")
	for _, tt := range []struct {
		name  string
		place int // of the folder in RopLogon's response
		class string
		props []prop.Tagged
		large mapi.PropTag
	}{
		{"CategoryList", fidInbox, "IPM.Configuration.CategoryList", []prop.Tagged{{Tag: mapi.TagRoamingDatatypes, Value: prop.Int32(2)}}, mapi.TagRoamingXmlStream},
		{"Autocomplete", fidInbox, "IPM.Configuration.Autocomplete", []prop.Tagged{{Tag: mapi.TagRoamingDatatypes, Value: prop.Int32(1)}}, mapi.TagRoamingBinary},
		{"UserOptions", fidInbox, "IPM.Configuration.OWA.UserOptions", []prop.Tagged{
			{Tag: mapi.TagRoamingDatatypes, Value: prop.Int32(4)}, {Tag: mapi.TagRoamingDictionary, Value: prop.Binary(dictionary)},
		}, mapi.TagRoamingXmlStream},
		{"NamedView", 8, "IPM.Microsoft.FolderDesign.NamedView", []prop.Tagged{
			{Tag: mapi.TagViewDescriptorName, Value: prop.String("Größe & mehr")}, {Tag: mapi.TagViewDescriptorVersion, Value: prop.Int32(8)},
			{Tag: mapi.TagViewDescriptorStrings, Value: prop.String("\n\nA;B\n")},
		}, mapi.TagViewDescriptorBinary},
		{"RuleOrganizer", fidInbox, "IPM.RuleOrganizer", nil, mapi.TagRwRulesStream},
		{"NavigationShortcut", 8, "IPM.Microsoft.WunderBar.Link", []prop.Tagged{
			{Tag: mapi.TagWlinkType, Value: prop.Int32(0)}, {Tag: mapi.TagWlinkOrdinal, Value: prop.Binary([]byte{0x7F, 0x80})}, {Tag: mapi.TagWlinkEntryId, Value: prop.Binary(dictionary)},
			{Tag: mapi.TagWlinkGroupName, Value: prop.String("Favourites")},
		}, mapi.TagWlinkRecordKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			l := w.logOn()
			folder := l.FolderIDs[tt.place]
			before := w.messagesOf(folder)
			props := append([]prop.Tagged{{Tag: mapi.TagMessageClass, Value: prop.String(tt.class)}, {Tag: mapi.TagSubject, Value: prop.String(tt.class)}}, tt.props...)
			w.ok(
				&rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, AssociatedFlag: true},
				&rop.SetPropertiesRequest{In: in(3), PropertyValues: props},
				&rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: tt.large, OpenModeFlags: mapi.OpenModeCreate},
			)
			for chunk := range slices.Chunk(xml, 20000) {
				w.ok(&rop.WriteStreamRequest{In: in(4), Data: chunk})
			}
			w.ok(&rop.CommitStreamRequest{In: in(4)}, &rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 3, InputHandleIndex: 3}})
			// Another session looks for it as Outlook does.
			again := w.with("alice")
			again.logOn()
			if got := again.messagesOf(folder); got != before {
				t.Errorf("%d normal messages became %d", before, got)
			}
			resps := again.ok(
				&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: folder},
				&rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: mapi.TableAssociated},
				&rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagMid, mapi.TagMessageClass}},
				&rop.FindRowRequest{In: in(2), Restriction: prop.PropertyRestriction{
					RelOp: prop.RelOpEQ, Tag: mapi.TagMessageClass, Value: prop.Tagged{Tag: mapi.TagMessageClass, Value: prop.String(tt.class)},
				}},
			)
			found := resps[3].(*rop.FindRowResponse).RowData
			if found == nil {
				t.Fatal("it is not in the table")
			}
			again.ok(&rop.OpenMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, MessageID: found.Values[0].ObjectID()})
			for _, p := range props {
				if v := again.props(3, p.Tag)[0]; !v.Equal(p.Value) {
					t.Errorf("%v = %v", p.Tag, v)
				}
			}
			if flags := again.props(3, mapi.TagMessageFlags)[0].Bits(); flags&uint64(mapi.MfFAI) == 0 {
				t.Errorf("flags %#x", flags)
			}
			again.ok(&rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: tt.large})
			var back []byte
			for {
				data := one[*rop.ReadStreamResponse](again, &rop.ReadStreamRequest{In: in(4), ByteCount: 0x7000}).Data
				if back = append(back, data...); len(data) == 0 {
					break
				}
			}
			if !slices.Equal(back, xml) {
				t.Errorf("%d bytes came back of %d", len(back), len(xml))
			}
		})
	}
}

// messagesOf counts the normal messages of a folder.
func (w *world) messagesOf(folder mapi.ID) uint32 {
	w.t.Helper()
	w.ok(&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: folder})
	return one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)}).RowCount
}

// TestOutlookComposesADraft: what Outlook does while a mail is written and saved as a draft, in its order: message, names,
// recipients, properties, the HTML body as a stream, a file, the save, and again with a change. Another session then finds
// it in the Drafts folder that the Inbox points to.
func TestOutlookComposesADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	drafts := w.byEntryID(w.props(1, mapi.TagIpmDraftsEntryId)[0].Bytes(), 2)
	before := w.messagesOf(drafts)
	names := one[*rop.GetPropertyIdsFromNamesResponse](w, &rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: mapi.NamesCreate, PropertyNames: outlookNames()})
	named := mapi.PropTag(uint32(names.PropertyIDs[len(names.PropertyIDs)-1])<<16 | uint32(mapi.PtypMultiString))
	html := []byte("<html><body>" + strings.Repeat("<p>Gr\xFC\xDFe</p>", 4000) + "</body></html>")
	file := []byte(strings.Repeat("0123456789", 6000))
	w.ok(&rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: drafts})
	props := []prop.Tagged{
		{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")}, {Tag: mapi.TagSubject, Value: prop.String("WG: Plan")},
		{Tag: mapi.TagImportance, Value: prop.Int32(2)}, {Tag: mapi.TagIconIndex, Value: prop.Int32(-1)}, {Tag: mapi.TagInternetCodepage, Value: prop.Int32(1252)},
		{Tag: mapi.TagConversationIndex, Value: prop.Binary([]byte("\x01\x01\xDC\x00\x00\x00\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"))},
		{Tag: named, Value: prop.Multi(mapi.PtypMultiString, []string{"Rot", "Grün"})},
	}
	recipient := func(name, address string) *rop.RecipientRow {
		return &rop.RecipientRow{
			RecipientFlags: rop.RecipientTypeSMTP | rop.RecipientUnicode | rop.RecipientHasDisplayName | rop.RecipientHasEmailAddress,
			DisplayName:    name, EmailAddress: address,
		}
	}
	w.ok(
		&rop.SetPropertiesRequest{In: in(3), PropertyValues: props},
		&rop.ModifyRecipientsRequest{In: in(3), RecipientRows: []rop.ModifyRecipientRow{
			{RowID: 0, RecipientType: 1, RecipientRow: recipient("Zoë", "zoe@elsewhere.test")},
			{RowID: 1, RecipientType: 2, RecipientRow: &rop.RecipientRow{
				RecipientFlags: rop.RecipientTypeX500 | rop.RecipientUnicode | rop.RecipientHasDisplayName | rop.RecipientSameName, X500DN: bobDN, DisplayName: "Bob Brown",
			}},
		}},
		&rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: mapi.TagHtml, OpenModeFlags: mapi.OpenModeCreate},
	)
	for chunk := range slices.Chunk(html, 0x6000) {
		w.ok(&rop.WriteStreamRequest{In: in(4), Data: chunk})
	}
	w.ok(
		&rop.CommitStreamRequest{In: in(4)}, &rop.ReleaseRequest{In: in(4)},
		&rop.CreateAttachmentRequest{InOut: inOut(3, 4)},
		&rop.SetPropertiesRequest{In: in(4), PropertyValues: []prop.Tagged{
			{Tag: mapi.TagAttachMethod, Value: prop.Int32(int32(mapi.AfByValue))}, {Tag: mapi.TagAttachLongFilename, Value: prop.String("Plan für 2026.txt")},
			{Tag: mapi.TagRenderingPosition, Value: prop.Int32(mapi.RenderingNone)},
		}},
		&rop.OpenStreamRequest{InOut: inOut(4, 5), PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate},
	)
	for chunk := range slices.Chunk(file, 0x6000) {
		w.ok(&rop.WriteStreamRequest{In: in(5), Data: chunk})
	}
	w.ok(
		&rop.CommitStreamRequest{In: in(5)},
		&rop.SaveChangesAttachmentRequest{RespIn: rop.RespIn{ResponseHandleIndex: 3, InputHandleIndex: 4}, SaveFlags: mapi.SaveKeepOpenReadWrite},
		&rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 0, InputHandleIndex: 3}, SaveFlags: mapi.SaveKeepOpenReadWrite},
		&rop.SetPropertiesRequest{In: in(3), PropertyValues: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("WG: Plan B")}}},
		&rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 0, InputHandleIndex: 3}, SaveFlags: mapi.SaveKeepOpenReadWrite},
	)
	again := w.with("alice")
	again.logOn()
	if got := again.messagesOf(drafts); got != before+1 {
		t.Fatalf("%d drafts became %d", before, got)
	}
	again.contents(mapi.TagMid, mapi.TagSubject, mapi.TagHasAttachments, mapi.TagMessageFlags, mapi.TagDisplayTo, mapi.TagDisplayCc)
	var id mapi.ID
	for _, row := range again.rows(1000).Rows {
		if row.Values[1].Str() == "WG: Plan B" {
			id = row.Values[0].ObjectID()
			if !row.Values[2].Bool() || row.Values[3].Bits()&uint64(mapi.MfUnsent|mapi.MfRead) != uint64(mapi.MfUnsent|mapi.MfRead) || row.Values[4].Str() != "Zoë" || row.Values[5].Str() != "Bob Brown" {
				t.Errorf("row %v", row)
			}
		}
	}
	opened := one[*rop.OpenMessageResponse](again, &rop.OpenMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: drafts, MessageID: id})
	if opened.RecipientCount != 2 || !opened.HasNamedProperties || opened.SubjectPrefix.Text+opened.NormalizedSubject.Text != "WG: Plan B" {
		t.Errorf("opened %+v", opened.OpenedMessage)
	}
	for i, v := range again.props(3, mapi.TagMessageClass, mapi.TagImportance, mapi.TagConversationIndex, named) {
		if want := props[[]int{0, 2, 5, 6}[i]]; !v.Equal(want.Value) {
			t.Errorf("%v = %v", want.Tag, v)
		}
	}
	for index, want := range map[uint8][]byte{3: html, 4: file} {
		tag := mapi.TagHtml
		if index == 4 {
			again.ok(&rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
			tag = mapi.TagAttachDataBinary
		}
		again.ok(&rop.OpenStreamRequest{InOut: inOut(index, 5), PropertyTag: tag})
		var got []byte
		for {
			data := one[*rop.ReadStreamResponse](again, &rop.ReadStreamRequest{In: in(5), ByteCount: 0x7000}).Data
			if got = append(got, data...); len(data) == 0 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: %d bytes came back of %d", tag, len(got), len(want))
		}
	}
}
